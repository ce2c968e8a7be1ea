//! Every feature has a bullet in the crate's README, and every bullet a feature.

use crate::finding::Finding;

use super::markdown::prose;

pub(super) fn check(file: &str, text: &str, features: &[&str]) -> Vec<Finding> {
    let bullets = bullets(text);
    let mut findings = Vec::new();
    for feature in features {
        if !bullets.iter().any(|(_, name)| name == feature) {
            let mend = format!("add a line to its `{HEADING}`: - `{feature}`: what it brings");
            findings.push(Finding::new(
                file,
                format!("does not tell of the feature `{feature}`"),
                mend,
            ));
        }
    }
    for (number, name) in bullets {
        if name != "default" && !features.contains(&name) {
            let mend = "take the bullet out, or add the feature to the manifest";
            findings.push(Finding::new(
                format!("{file}:{number}"),
                format!("there is no feature `{name}`"),
                mend,
            ));
        }
    }
    findings
}

/// The section that is compared with the manifest.
const HEADING: &str = "## Features";

/// The features that the bullets of the section begin with, each with its line.
fn bullets(text: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        if line.starts_with("# ") || line.starts_with("## ") {
            inside = line.trim_end() == HEADING;
        }
        // A nested bullet explains the one above it.
        if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))
            && inside
        {
            found.extend(leading_code(rest).into_iter().map(|name| (number, name)));
        }
    }
    found
}

/// The code spans at the start, with nothing but commas, "and" and stars between them.
fn leading_code(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (index, part) in text.split('`').enumerate() {
        let between = part
            .replace("and", "")
            .trim_matches([' ', ',', '*', '/'])
            .is_empty();
        match index % 2 {
            1 => found.push(part),
            _ if between => {}
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(text: &str) -> Vec<String> {
        check("R", text, &["tokio", "tracing"])
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn a_bullet_for_each_feature_is_in_order_whatever_it_looks_like() {
        assert!(
            what("## Features\n\n- `tokio` (default): time, see `x`.\n- **`tracing`**: events.\n")
                .is_empty()
        );
        assert!(
            what("## Features\n* `tokio`, `tracing`: both. And `this`.\n\n## More\n\n- `x`\n")
                .is_empty()
        );
        assert!(
            what("## Features\n- `default`: `tokio`\n- `tokio`: a\n  - `nested`\n- `tracing`: b\n")
                .is_empty()
        );
    }

    #[test]
    fn a_feature_without_a_bullet_is_a_finding() {
        assert_eq!(
            what("## Features\n\n- `tokio`: time.\n"),
            ["does not tell of the feature `tracing`"]
        );
        assert_eq!(what("- `tokio`\n- `tracing`\n").len(), 2);
    }

    #[test]
    fn a_bullet_without_a_feature_is_a_finding_with_its_line() {
        let text = "## Features\n- `tokio`: a\n- `tracing`: b\n- `trace`: c\n";
        let findings = check("R", text, &["tokio", "tracing"]);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            (findings[0].at.as_str(), findings[0].what.as_str()),
            ("R:4", "there is no feature `trace`")
        );
    }

    #[test]
    fn a_crate_without_features_needs_no_section() {
        assert!(check("R", "# x\n", &[]).is_empty());
    }
}
