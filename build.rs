//! Makes a new file below `policies/` reach the binary: `rust-embed` tracks only the files it has already seen.

fn main() {
    println!("cargo::rerun-if-changed=policies");
}
