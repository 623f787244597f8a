//! Secrets of Kubernetes, as YAML and as JSON, alone and among others.

use super::masked;

#[test]
fn the_data_of_secrets_is_taken_out_wherever_it_stands() {
    for (text, expected) in [
        (
            "apiVersion: v1\ndata:\n  password: aHVudGVyMg==\n  user: YQ==\nkind: Secret\nmetadata:\n  name: db",
            "apiVersion: v1\ndata:\n  password: ‹masked›\n  user: ‹masked›\nkind: Secret\nmetadata:\n  name: db",
        ),
        (
            "kind: Secret\nstringData:\n  config.yaml: |\n    a: b\n    c: d\n  x: y\ntype: Opaque",
            "kind: Secret\nstringData:\n  config.yaml: |\n    ‹masked›\n    ‹masked›\n  x: ‹masked›\ntype: Opaque",
        ),
        (
            "items:\n- apiVersion: v1\n  data:\n    a: Yg==\n  kind: Secret\n- data:\n    c: ZA==\n  kind: Secret",
            "items:\n- apiVersion: v1\n  data:\n    a: ‹masked›\n  kind: Secret\n- data:\n    c: ‹masked›\n  kind: Secret",
        ),
        (
            "```yaml\nkind: ConfigMap\ndata:\n  a: b\n```\nand\n```yaml\nkind: Secret\ndata:\n  a: Yg==\n```\n",
            "```yaml\nkind: ConfigMap\ndata:\n  a: b\n```\nand\n```yaml\nkind: Secret\ndata:\n  a: ‹masked›\n```\n",
        ),
        (
            "data:\n  a: b\n```yaml\nkind: Secret\ndata:\n  a: Yg==\n```",
            "data:\n  a: b\n```yaml\nkind: Secret\ndata:\n  a: ‹masked›\n```",
        ),
        (
            "kind: List\nitems:\n- kind: Secret\n  data:\n    a: Yg==",
            "kind: List\nitems:\n- kind: Secret\n  data:\n    a: ‹masked›",
        ),
        (
            "kind: Secret\nstringData:\n  c: |\n    one\n\n    two\n  x: y\n",
            "kind: Secret\nstringData:\n  c: |\n    ‹masked›\n\n    ‹masked›\n  x: ‹masked›\n",
        ),
        (
            r#"{"kind":"Secret","metadata":{"name":"db"},"data":{"a":"Yg=="}}"#,
            r#"{"kind":"Secret","metadata":{"name":"db"},"data":{"a":"‹masked›"}}"#,
        ),
        (
            r#"{\"kind\":\"Secret\",\"data\":{\n\"a\":\"Yg==\"\n}}"#,
            r#"{\"kind\":\"Secret\",\"data\":{\n\"a\":\"‹masked›\"\n}}"#,
        ),
        (
            r#"{"kind":"Secret","data":{"a":"Yg=="},"b":{"c":"d"},"data":{"#,
            r#"{"kind":"Secret","data":{"a":"‹masked›"},"b":{"c":"d"},"data":{"#,
        ),
        (
            "kind: ConfigMap\ndata:\n  a: b\n---\nkind: Secret\ndata:\n  a: Yg==",
            "kind: ConfigMap\ndata:\n  a: b\n---\nkind: Secret\ndata:\n  a: ‹masked›",
        ),
        (
            r#"{"apiVersion":"v1","data":{"a":"Yg==","b":"Yw=="},"kind":"Secret","x":"y"}"#,
            r#"{"apiVersion":"v1","data":{"a":"‹masked›","b":"‹masked›"},"kind":"Secret","x":"y"}"#,
        ),
        (
            r#"last-applied: '{\"data\":{\"a\":\"Yg==\"},\"kind\":\"Secret\",\"x\":\"y\"}'"#,
            r#"last-applied: '{\"data\":{\"a\":\"‹masked›\"},\"kind\":\"Secret\",\"x\":\"y\"}'"#,
        ),
        (
            "{\n  \"kind\": \"Secret\",\n  \"stringData\" : {\n    \"a\": \"{\\\"p\\\": 1}\"\n  },\n  \"n\": \"m\"\n}",
            "{\n  \"kind\": \"Secret\",\n  \"stringData\" : {\n    \"a\": \"‹masked›\"\n  },\n  \"n\": \"m\"\n}",
        ),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}
