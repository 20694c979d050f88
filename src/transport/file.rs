//! Files that are read in pieces while they are sent. Not available in a browser.

use std::{io, path::Path};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use reqwest::{Body, multipart::Part};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt},
};

use crate::Error;

/// How much is read at once: 64 KiB, in bytes.
pub(super) const PIECE: usize = 64 << 10;

/// Refuses everything but regular files: a FIFO has no length, and opening it would block.
pub(super) fn check(path: &Path) -> Result<(), Error> {
    let about = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if about.is_file() {
        return Ok(());
    }
    if about.is_dir() {
        return Err(unreadable(path, &io::Error::other("it is a folder")));
    }
    let fault = unreadable(path, &io::Error::other("it is not a regular file"));
    Err(fault.advise(": use `Upload::reader`"))
}

/// Returns a body that is read from a reader.
pub(super) fn body(reader: impl AsyncRead + Send + 'static) -> Body {
    Body::wrap_stream(pieces(Box::pin(reader)))
}

/// Returns a body that is read from a blocking reader, on a thread for blocking work.
#[cfg(feature = "blocking")]
pub(super) fn blocking_body(reader: impl io::Read + Send + 'static) -> Body {
    Body::wrap_stream(stream::try_unfold(reader, |mut reader| async move {
        let work = move || {
            let mut piece = vec![0; PIECE];
            let n = reader.read(&mut piece)?;
            piece.truncate(n);
            Ok::<_, io::Error>((n > 0).then_some((Bytes::from(piece), reader)))
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(io::Error::other)?
    }))
}

/// Returns a part with the content of a file; its length is the file's length now.
pub(super) async fn part(path: &Path) -> Result<Part, Error> {
    let open = async {
        let file = File::open(path).await?;
        let length = file.metadata().await?.len();
        Ok((file, length))
    };
    let (file, length) = open.await.map_err(|e| unreadable(path, &e))?;
    // No more than the announced length, even if the file grows meanwhile.
    Ok(Part::stream_with_length(
        Body::wrap_stream(pieces(file.take(length))),
        length,
    ))
}

fn unreadable(path: &Path, e: &io::Error) -> Error {
    Error::configuration(format!(
        "cannot read the file to upload {}: {e}",
        path.display()
    ))
}

/// Returns what a reader gives, in pieces.
fn pieces(
    reader: impl AsyncRead + Send + Unpin + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold(reader, |mut reader| async move {
        let mut piece = BytesMut::with_capacity(PIECE);
        let n = reader.read_buf(&mut piece).await?;
        Ok((n > 0).then(|| (piece.freeze(), reader)))
    })
}
