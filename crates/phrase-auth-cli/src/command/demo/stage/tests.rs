use super::*;

#[test]
fn a_claim_that_does_not_hold_is_told_with_its_step() {
    assert!(check(true, "it is so").is_ok());
    let report = check(false, "it is so").unwrap_err().unexpected("a step");
    let text = report.to_string();
    assert!(
        text.contains("expected: it is so") && text.contains("during: a step"),
        "{text}"
    );
}

#[test]
fn a_count_that_is_off_is_noticed() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let stage = runtime.block_on(Stage::build()).unwrap();
    assert!(stage.asked_are(0).is_ok());
    let text = stage.asked_are(1).unwrap_err().to_string();
    assert!(text.contains("instead: there were 0"), "{text}");
}
