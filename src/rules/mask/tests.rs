//! What is taken out, what survives, and that nothing takes long.

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;

mod data_of_secrets;

fn mask() -> Mask {
    Mask::new(Vec::new(), true, Vec::new())
}

fn masked(text: &str) -> String {
    mask().whole(text).text.into_owned()
}

#[test]
fn secrets_are_taken_out() {
    let b64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVB";
    for (text, expected) in [
        // Known kinds, in the middle of anything.
        (
            "use ghp_abcdefghijklmnopqrstuvwxyz0123456789.",
            "use ‹masked›.",
        ),
        ("`glpat-AbCdEfGhIjKlMnOpQrSt`", "`‹masked›`"),
        ("xoxb-1234567890-abc", "‹masked›"),
        ("key AKIAIOSFODNN7EXAMPLE, done", "key ‹masked›, done"),
        ("OPENAI sk-proj-AbCdEfGhIjKlMnOpQrStUv", "OPENAI ‹masked›"),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "‹masked›",
        ),
        (
            "bot 7000000001:AAexampleexampleexampleexample-_xyz",
            "bot ‹masked›",
        ),
        ("hvs.CAESIAbCdEfGhIjKlMnOp", "‹masked›"),
        (b64, "‹masked›"),
        // Names that say it.
        ("password: hunter2", "password: ‹masked›"),
        (
            "Password:  hunter2\nhost: db",
            "Password:  ‹masked›\nhost: db",
        ),
        (
            "  DB_PASSWORD=hunter2 DB_HOST=db",
            "  DB_PASSWORD=‹masked› DB_HOST=db",
        ),
        (
            r#"{"user":"u","password":"a \"b\" c","n":1}"#,
            r#"{"user":"u","password":"‹masked›","n":1}"#,
        ),
        (
            r#""{\"password\":\"x\\\"y\",\"n\":1}""#,
            r#""{\"password\":\"‹masked›\",\"n\":1}""#,
        ),
        ("api_key = 'abc'", "api_key = '‹masked›'"),
        ("**Password:** `hunter2`", "**Password:** `‹masked›`"),
        ("JWT_SECRET=letmein", "JWT_SECRET=‹masked›"),
        ("STRIPE_KEY=abcd1234efgh", "STRIPE_KEY=‹masked›"),
        ("token: k8s4TheWin", "token: ‹masked›"),
        ("client-key-data: LS0tLS1CRU==", "client-key-data: ‹masked›"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG",
            "aws_secret_access_key = ‹masked›",
        ),
        (
            "Endpoint=sb://x;AccountKey=abc+/=;Q=1",
            "Endpoint=sb://x;AccountKey=‹masked›;Q=1",
        ),
        (
            "password: |\n  line one\n  line two\nnext: 1",
            "password: |\n  ‹masked›\nnext: 1",
        ),
        (
            "- name: DB_PASSWORD\n  value: hunter2\n- name: HOST\n  value: db",
            "- name: DB_PASSWORD\n  value: ‹masked›\n- name: HOST\n  value: db",
        ),
        (
            r#"{"name": "API_TOKEN", "value": "x"}"#,
            r#"{"name": "API_TOKEN", "value": "‹masked›"}"#,
        ),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}

#[test]
fn secrets_are_taken_out_behind_words_in_addresses_and_between_lines() {
    for (text, expected) in [
        // Words that announce it.
        (
            "Authorization: Bearer abc.def-123",
            "Authorization: Bearer ‹masked›",
        ),
        (
            "curl -H 'Authorization: Basic dXNlcjpwYXNz'",
            "curl -H 'Authorization: Basic ‹masked›'",
        ),
        (
            "mysql --password hunter2 -h db",
            "mysql --password ‹masked› -h db",
        ),
        (
            "mysql --password=hunter2 -h db",
            "mysql --password=‹masked› -h db",
        ),
        // Addresses.
        (
            "postgres://app:s3cr3t@db:5432/x",
            "postgres://app:‹masked›@db:5432/x",
        ),
        ("https://a:b@c@host/", "https://a:‹masked›@host/"),
        (
            "https://x.io/?token=AbCd1234&page=2",
            "https://x.io/?token=‹masked›&page=2",
        ),
        // Keys.
        (
            "x -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- y",
            "x ‹masked› y",
        ),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn", "‹masked›"),
        (
            "\"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\\n\"",
            "\"‹masked›\\n\"",
        ),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}

#[test]
fn what_is_just_long_or_odd_enough_is_taken_out_to_its_end() {
    for (text, expected) in [
        (
            "a:\n  password: |-\n    one\n    two\n  next: 1",
            "a:\n  password: |-\n    ‹masked›\n  next: 1",
        ),
        (
            "password: |\n  line\nnext: 1\n  x: y",
            "password: |\n  ‹masked›\nnext: 1\n  x: y",
        ),
        ("token: abcDefgh", "token: ‹masked›"),
        ("token: abcdefghijklmnopqrst", "token: ‹masked›"),
        (
            "password: abcdefghijklmnopqrst (old)",
            "password: ‹masked› (old)",
        ),
        ("password: hunter, then", "password: ‹masked›, then"),
        ("Bearer abc.d-12 is it", "Bearer ‹masked› is it"),
        ("Bearer abcdefghijklmnopqrstuvwx", "Bearer ‹masked›"),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}

#[test]
fn what_people_need_survives() {
    for text in [
        "web-7d4b9c6d5f-x2x4z is CrashLoopBackOff",
        "sk-webserver-7d4b9c6d5f-x2x4z restarted",
        "nginx@sha256:9b7cc98235946c7d0e0c7d3f2a8d0d6cb0a6b2b0f8f8ff0f0f8c8b0b8a1d2c3d",
        "commit d3a7fdf2b1c0ffee0123456789abcdef01234567",
        "id 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "arn:aws:iam::123456789012:role/AKIA",
        "2026-11-22T19:48:17.123456Z level=info msg=\"token refreshed\"",
        "The password: it was changed yesterday",
        "Token: see the documentation",
        "password: wrong (see above)",
        "**Password:**",
        "password: none\ntoken: abcdefgh\ntoken: a1",
        "AKIAIOSFODNN7EXAMPLEabc",
        "7000000001:AAexampleexampleexampleexample-_xyzq",
        "https://x.io/a:b@c d",
        "secretName: my-tls-cert-2024",
        "imagePullSecrets: [registry]",
        "existingSecret: postgres-credentials-1",
        "passwordSecretRef: name-1",
        "automountServiceAccountToken: true",
        "token: null, password: \"\"",
        "max_tokens: 4096, completionTokens=123, token: 12345678",
        "token=/var/run/secrets/kubernetes.io/serviceaccount/token",
        "DB_PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false",
        "password: ${DB_PASSWORD}",
        "PUBLIC_KEY=abcd1234 MY_PUBLIC_KEY=abcd1234",
        "Bearer abcdefghijklmnopqrstuvw",
        "Basic authentication is enabled; use a bearer token instead",
        "a bearer v2 is sent as Authorization: Bearer $TOKEN_12345",
        "mysql --password $DB_PASS --token <token> --api-key --verbose",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURCVENDQWUyZ0F3SUI=",
        "https://grafana.example.com:3000/d/abc?orgId=1&from=now-1h",
        "git@github.com:org/repo.git and ssh://git@host:22/x",
        "kind: ConfigMap\ndata:\n  key: value",
        "apiVersion: v1\ndata:\n  key: value",
        "kind: Secret\nmetadata:\n  name: db\n  labels:\n    app: x",
        "| pod | signature | ready |\n| a-1 | none | yes |",
        "k8s_get_resources{namespace=\"prod\",pod=\"web-1\"} 0.25",
        "ghp_short and glpat- and eyJ",
        "日本語 password の設定: なし",
    ] {
        assert_eq!(
            mask().whole(text).count(),
            0,
            "{} from {text}",
            masked(text)
        );
        assert_eq!(masked(text), text);
    }
}

#[test]
fn our_own_secrets_are_masked_whatever_is_configured() {
    let own = ["Bearer s3cr3t-value", "short", "sixsix"].map(str::to_owned);
    let mask = Mask::new(own, false, Vec::new());
    let check = |text: &str| mask.whole(text).text.into_owned();
    assert_eq!(check("sent Bearer s3cr3t-value!"), "sent ‹masked›!");
    assert_eq!(check("xs3cr3t-valuex"), "x‹masked›x");
    assert_eq!(check("sixsix"), "‹masked›");
    assert_eq!(check("short password: hunter2"), "short password: hunter2");
    assert!(!format!("{mask:?}").contains("s3cr3t"));
}

#[test]
fn of_a_growing_text_the_beginning_of_a_secret_of_ours_is_masked() {
    let mask = Mask::new(["Bearer s3cr3t-välue".to_owned()], false, Vec::new());
    let whole = "it sent s3cr3t-välue!";
    for (end, _) in whole.char_indices().skip("it sent s3cr3t".len()) {
        let shown = mask.growing(&whole[..end]);
        assert!(!shown.text.contains("cr3t"), "{shown:?}");
        assert_eq!(shown.kinds, [Kind::Own]);
    }
    assert_eq!(mask.growing("it sent s3c").text, "it sent s3c");
    assert_eq!(
        mask.whole("it sent s3cr3t").count(),
        0,
        "a whole text is not that secret"
    );
}

#[test]
fn why_something_is_masked_is_said_and_our_own_comes_first() {
    let own = "ghp_abcdefghijklmnopqrstuvwxyz0123456789".to_owned();
    let also = vec!["acme-*".to_owned()];
    let mask = Mask::new([own], true, also);
    for (text, expected) in [
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", Kind::Own),
        ("acme-1", Kind::Listed),
        ("glpat-AbCdEfGhIjKlMnOpQrSt", Kind::Credential),
        ("password: hunter2", Kind::Named),
        ("kind: Secret\ndata:\n  a: Yg==", Kind::Manifest),
        ("mysql --password hunter2", Kind::Spoken),
    ] {
        assert_eq!(mask.whole(text).kinds, [expected], "{text}");
    }
    let names: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), Kind::ALL.len());
}

#[test]
fn words_of_the_configuration_are_masked_and_counted() {
    let also = vec!["acme-*".to_owned(), "*.corp.example".to_owned()];
    let mask = Mask::new(Vec::new(), true, also);
    let masked = mask.whole("host db.corp.example, (acme-123) and acme; password=x");
    assert_eq!(
        masked.text,
        "host ‹masked›, (‹masked›) and acme; password=‹masked›"
    );
    assert_eq!(masked.count(), 3);
    // What touches is one.
    let own = Mask::new(
        ["s3cr3t-a".to_owned(), "s3cr3t-b".to_owned()],
        false,
        Vec::new(),
    );
    let joined = own.whole("s3cr3t-as3cr3t-b");
    assert_eq!((&*joined.text, joined.count()), (MASKED, 1));
}

#[test]
fn of_a_growing_text_the_beginning_of_a_secret_is_masked() {
    let mask = mask();
    let whole = "take ghp_abcdefghijklmnopqrstuvwxyz0123456789 now";
    for end in "take ghp_a".len()..whole.len() {
        let shown = mask.growing(&whole[..end]).text.into_owned();
        assert!(shown.starts_with("take ‹masked›"), "{shown}");
    }
    let secret = "apiVersion: v1\ndata:\n  a: Yg==\nkind: Secret";
    for end in "apiVersion: v1\ndata:\n  a: Y".len()..secret.len() {
        let shown = mask.growing(&secret[..end]).text.into_owned();
        assert!(!shown.contains('Y'), "{shown}");
    }
    let config = "apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap";
    assert_eq!(mask.growing(config).text, config);
}

#[test]
fn a_megabyte_of_anything_takes_no_quadratic_time() {
    let begin = Instant::now();
    for piece in [
        "sk-",
        "password:",
        "password:a ",
        "token=",
        "password:\"$",
        "\\\"",
        "\"data\":{",
        "kind:Secret data ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY",
        "://",
        "://a:",
        "1:",
        "--token ",
        "Bearer ",
        "eyJ",
        "kind: Secret\ndata:\n a: b\n",
        "name: A_TOKEN\nvalue: ",
        "password: |\n",
        "'password':'",
        "\\",
        "\"",
        "é",
        ".",
        "    ",
    ] {
        let text = piece.repeat((1 << 18) / piece.len());
        let _ = (mask().whole(&text), mask().growing(&text));
    }
    // Some 13 MB in a debug build; quadratic would be hours.
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

proptest! {
    #[test]
    fn any_text_is_masked_without_a_panic_and_what_is_outside_survives(
        text in "(password|token|data|kind|Secret|ghp_|-----BEGIN |PRIVATE KEY|eyJ|[:=\"'\\\\{}|\n é-]|[a-zA-Z0-9]){0,60}"
    ) {
        let mask = mask();
        for masked in [mask.whole(&text), mask.growing(&text)] {
            let mut rest = text.as_str();
            for piece in masked.text.split(MASKED) {
                let at = rest.find(piece);
                prop_assert!(at.is_some(), "{piece:?} is not of {text:?}");
                rest = &rest[at.unwrap_or_default() + piece.len()..];
            }
            prop_assert_eq!(masked.count(), masked.text.matches(MASKED).count());
        }
    }

    #[test]
    fn what_is_masked_stays_masked(text in "[a-z:= \n]{0,20}(password|token): [a-zA-Z0-9]{1,30}\n") {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }
}
