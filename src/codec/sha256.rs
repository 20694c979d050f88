//! SHA-256 and HMAC: with ring, which TLS uses already, and with RustCrypto where there is no ring.

/// Returns the SHA-256 of these bytes.
#[cfg(not(target_family = "wasm"))]
pub fn sha256(bytes: &[u8]) -> impl AsRef<[u8]> {
    ring::digest::digest(&ring::digest::SHA256, bytes)
}

/// Returns whether `tag` is the HMAC-SHA256 of these bytes, compared in constant time.
#[cfg(not(target_family = "wasm"))]
pub fn is_hmac(key: &[u8], bytes: &[u8], tag: &[u8]) -> bool {
    use ring::hmac;
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), bytes, tag).is_ok()
}

/// Returns the SHA-256 of these bytes.
#[cfg(target_family = "wasm")]
pub fn sha256(bytes: &[u8]) -> impl AsRef<[u8]> {
    <sha2::Sha256 as sha2::Digest>::digest(bytes)
}

/// Returns whether `tag` is the HMAC-SHA256 of these bytes, compared in constant time.
#[cfg(target_family = "wasm")]
pub fn is_hmac(key: &[u8], bytes: &[u8], tag: &[u8]) -> bool {
    use hmac::{Hmac, KeyInit, Mac};
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key);
    mac.is_ok_and(|mac| mac.chain_update(bytes).verify_slice(tag).is_ok())
}
