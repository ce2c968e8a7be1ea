//! Markdown as far as the rules need it.

/// The lines outside fenced code, each with its number.
pub(super) fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    (1_usize..).zip(text.lines()).filter(move |(_, line)| {
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, None) => true,
            (None, Some(_)) => {
                fence = mark;
                false
            }
            (Some(_), _) => {
                if mark == fence {
                    fence = None;
                }
                false
            }
        }
    })
}

/// A line without its code spans.
pub(super) fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fenced_code_is_not_prose() {
        let text = "one\n```rust\ntwo\n~~~\n```\nsix\n~~~\n```\n~~~\nten";
        assert_eq!(
            prose(text).collect::<Vec<_>>(),
            [(1, "one"), (6, "six"), (10, "ten")]
        );
    }

    #[test]
    fn code_spans_are_cut_out_of_a_line() {
        assert_eq!(without_code("a `b` c `d`"), "a  c ");
    }
}
