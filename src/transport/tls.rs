//! TLS: rustls with Mozilla's roots, and with ring unless the program has installed another
//! provider. `reqwest` alone would use the platform's roots and aws-lc. xtask compiles this file
//! too.

use std::sync::Arc;

use rustls::{
    ClientConfig, Error, RootCertStore,
    crypto::{CryptoProvider, ring},
    pki_types::CertificateDer,
};

/// Returns a configuration that trusts Mozilla's root certificates and `own`.
///
/// # Errors
/// Returns an error if one of `own` is not a valid certificate.
pub(crate) fn config(own: &[CertificateDer<'static>]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in own {
        roots.add(certificate.clone())?;
    }
    let provider = CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(ring::default_provider()));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
