//! README and guides: every `console` block is run, so that none of them lies.

use crate::project::repository;

#[test]
fn console_blocks_show_what_the_binary_does() {
    std::env::set_current_dir(repository()).unwrap();
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .default_bin_path(env!("CARGO_BIN_EXE_portcullis"))
        .case("README.md")
        .case("docs/*.md");
}
