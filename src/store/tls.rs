//! TLS to PostgreSQL: certificate and name are always verified.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::platform::{Fault, Result};

/// Trusts the authorities in the file, or the public ones.
pub(super) fn connector(authority: Option<&Path>) -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    match authority {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unusable =
                || Fault::invalid("DATABASE_URL", "sslrootcert: expected a file of PEM certificates");
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| unusable().because(error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unusable().because(error))?;
                roots.add(certificate).map_err(|error| unusable().because(error))?;
            }
            if roots.is_empty() {
                return Err(unusable());
            }
        }
    }
    // The provider is named, so that it doesn't matter whether the process has installed one.
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Fault::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
