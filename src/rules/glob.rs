//! Patterns of names, as people write them in the configuration: `*` is any number of characters,
//! `?` is one.

/// Whether the whole text is of this pattern. At most the product of the two lengths in steps.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where to go on when the last star has to take one more character.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, from)) = retry else {
                    return false;
                };
                retry = Some((star, from + 1));
                p = star + 1;
                t = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_anything_and_a_question_mark_is_one_character() {
        for (pattern, text, expected) in [
            ("k8s_delete_*", "k8s_delete_resource", true),
            ("k8s_delete_*", "k8s_delete_", true),
            ("k8s_delete_*", "my_k8s_delete_x", false),
            ("*delete*", "k8s_delete_resource", true),
            ("*delete*", "k8s_get", false),
            ("*_pod", "delete_pod_pod", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
            ("delete_pod", "delete_pod", true),
            ("delete_pod", "delete_pods", false),
            ("delete_pod", "Delete_pod", false),
            ("?", "é", true),
            ("?", "", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = format!("{}c", "a*".repeat(200));
        assert!(!matches(&pattern, &"ab".repeat(5_000)));
    }
}
