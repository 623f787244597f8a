//! JSON as Python writes it, where an agent shows JSON as text.

use serde_json::Value;

/// A value as `json.dumps` of Python writes it: a space after each comma and colon.
pub(super) fn dumps(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(dumps).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                format!("{}: {}", Value::from(name.as_str()), dumps(value))
            };
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::dumps;

    #[test]
    fn commas_and_colons_have_a_space_but_not_inside_strings() {
        // One field each: their order is serde_json's, which another crate's feature changes.
        let value = json!([{"answer": ["x", 1]}, {"question": "a,b:\"c\""}]);
        let expected = r#"[{"answer": ["x", 1]}, {"question": "a,b:\"c\""}]"#;
        assert_eq!(dumps(&value), expected);
    }
}
