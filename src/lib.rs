//! portcullis: policy-as-code admission and supply-chain checking.
