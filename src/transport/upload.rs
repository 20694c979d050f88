//! Files on their way up.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use reqwest::{
    header::{HeaderMap, HeaderName, HeaderValue},
    multipart::{Form, Part},
};

use crate::Error;

/// A file to send as a part of `multipart/form-data`.
pub struct Upload {
    name: String,
    content: Content,
    content_type: Option<String>,
}

enum Content {
    Bytes(Bytes),
    /// Opened for each attempt.
    #[cfg(not(target_family = "wasm"))]
    File(std::path::PathBuf),
    /// Gone once it was sent.
    Once(Option<reqwest::Body>),
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Upload {
    fn new(name: impl Into<String>, content: Content) -> Self {
        Self {
            name: name.into(),
            content,
            content_type: None,
        }
    }

    /// From bytes in memory.
    pub fn bytes(name: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::new(name, Content::Bytes(body.into()))
    }

    /// From anything that `reqwest` can send, a stream for example. It can be sent only once: the call is not repeated.
    pub fn body(name: impl Into<String>, body: impl Into<reqwest::Body>) -> Self {
        Self::new(name, Content::Once(Some(body.into())))
    }

    /// The media type of the part.
    pub fn content_type(mut self, media: impl Into<String>) -> Self {
        self.content_type = Some(media.into());
        self
    }

    async fn part(&mut self) -> Result<Part, Error> {
        if self.name.is_empty() {
            // As Django does: it drops a file that has none.
            return Err(Error::invalid("a file to upload needs a name"));
        }
        let part = match &mut self.content {
            Content::Bytes(bytes) => of_bytes(bytes),
            #[cfg(not(target_family = "wasm"))]
            Content::File(path) => files::part(path).await?,
            Content::Once(body) => Part::stream(
                body.take()
                    .ok_or_else(|| Error::invalid("a stream can be sent only once"))?,
            ),
        };
        let part = part.file_name(in_header(&self.name).into_owned());
        match &self.content_type {
            Some(media) => part
                .mime_str(media)
                .map_err(|_| Error::invalid("no media type")),
            None => Ok(part),
        }
    }
}

/// A name as the header of a part holds it: RFC 7578, 4.2, and as browsers write it (WHATWG HTML, "multipart form data").
#[cfg(not(target_family = "wasm"))]
fn in_header(name: &str) -> Cow<'_, str> {
    if !name.contains(['\r', '\n', '"']) {
        return name.into();
    }
    let name = name.replace('\r', "%0D").replace('\n', "%0A");
    name.replace('"', "%22").into()
}

/// `FormData` does it.
#[cfg(target_family = "wasm")]
fn in_header(name: &str) -> Cow<'_, str> {
    name.into()
}

/// reqwest's other ways write `name*=`, which RFC 7578 forbids and Django does not read.
#[cfg(not(target_family = "wasm"))]
fn empty_form() -> Form {
    Form::new().percent_encode_noop()
}

#[cfg(target_family = "wasm")]
fn empty_form() -> Form {
    Form::new()
}

#[cfg(not(target_family = "wasm"))]
fn of_bytes(bytes: &Bytes) -> Part {
    Part::stream_with_length(bytes.clone(), bytes.len() as u64)
}

#[cfg(target_family = "wasm")]
fn of_bytes(bytes: &Bytes) -> Part {
    Part::stream(bytes.clone())
}

/// What is read piece by piece; a browser can't.
#[cfg(not(target_family = "wasm"))]
mod files {
    use std::{
        io,
        path::{Path, PathBuf},
    };

    use bytes::{Bytes, BytesMut};
    use futures_util::{Stream, stream};
    use reqwest::{Body, multipart::Part};
    use tokio::{
        fs::File,
        io::{AsyncRead, AsyncReadExt},
    };

    use super::{Content, Upload};
    use crate::Error;

    const PIECE: usize = 64 << 10;

    impl Upload {
        /// From a file. It is read piece by piece while it is sent, and opened again when the call is repeated.
        ///
        /// # Errors
        /// There is no such file, or it is none, with the path.
        pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
            let path = path.as_ref();
            let about = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
            if !about.is_file() {
                // A FIFO has no length, and would be waited for.
                let why = "it is no regular file: `Upload::reader` sends what a reader gives";
                return Err(unreadable(path, &io::Error::other(why)));
            }
            Ok(Self::new(
                path.file_name().unwrap_or_default().to_string_lossy(),
                Content::File(path.to_owned()),
            ))
        }

        /// From a reader. It can be sent only once: the call is not repeated.
        pub fn reader(name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
            Self::new(
                name,
                Content::Once(Some(Body::wrap_stream(pieces(Box::pin(reader))))),
            )
        }

        /// From a blocking reader, for the blocking client: it is read on a thread for work that blocks. It can be sent only once: the call is not repeated.
        #[cfg(feature = "blocking")]
        pub fn read(name: impl Into<String>, reader: impl io::Read + Send + 'static) -> Self {
            let pieces = stream::try_unfold(reader, |mut reader| async move {
                let work = move || {
                    let mut piece = vec![0; PIECE];
                    let n = reader.read(&mut piece)?;
                    piece.truncate(n);
                    Ok::<_, io::Error>((n > 0).then_some((Bytes::from(piece), reader)))
                };
                tokio::task::spawn_blocking(work)
                    .await
                    .map_err(io::Error::other)?
            });
            Self::new(name, Content::Once(Some(Body::wrap_stream(pieces))))
        }
    }

    fn unreadable(path: &Path, e: &io::Error) -> Error {
        Error::configuration(format!(
            "cannot read the file to upload {}: {e}",
            path.display()
        ))
    }

    pub(super) async fn part(path: &PathBuf) -> Result<Part, Error> {
        let open = async {
            let file = File::open(path).await?;
            let length = file.metadata().await?.len();
            Ok((file, length))
        };
        let (file, length) = open.await.map_err(|e| unreadable(path, &e))?;
        // No more than was told, should the file grow meanwhile.
        Ok(Part::stream_with_length(
            Body::wrap_stream(pieces(file.take(length))),
            length,
        ))
    }

    fn pieces(
        reader: impl AsyncRead + Send + Unpin + 'static,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send {
        stream::try_unfold(reader, |mut reader| async move {
            let mut piece = BytesMut::with_capacity(PIECE);
            let n = reader.read_buf(&mut piece).await?;
            Ok((n > 0).then(|| (piece.freeze(), reader)))
        })
    }
}

/// A body of `multipart/form-data`.
#[derive(Default)]
pub(crate) struct MultipartForm {
    fields: Vec<(Cow<'static, str>, Field)>,
    /// The headers of the parts of each name.
    headers: Vec<(&'static str, HeaderMap)>,
}

enum Field {
    /// With a media type, if it is no plain text.
    Text(String, Option<&'static str>),
    File(Upload),
}

impl MultipartForm {
    pub fn text(&mut self, name: Cow<'static, str>, value: String, media: Option<&'static str>) {
        self.fields.push((name, Field::Text(value, media)));
    }

    /// The media type of what has none of its own.
    pub fn typed(&mut self, name: &str, media: &'static str) {
        for (_, field) in self.fields.iter_mut().filter(|(other, _)| other == name) {
            match field {
                Field::Text(_, own) => *own = Some(media),
                Field::File(file) => {
                    file.content_type.get_or_insert_with(|| media.to_owned());
                }
            }
        }
    }

    pub fn file(&mut self, name: Cow<'static, str>, file: Upload) -> Result<(), Error> {
        if let Some(media) = &file.content_type {
            Part::text("")
                .mime_str(media)
                .map_err(|_| Error::invalid(format!("{name}: `{media}` is no media type")))?;
        }
        self.fields.push((name, Field::File(file)));
        Ok(())
    }

    /// A header of the parts of this name, which browsers leave out.
    pub fn header(
        &mut self,
        part: &'static str,
        name: HeaderName,
        value: HeaderValue,
        usual: bool,
    ) {
        let at = self.headers.iter().position(|(other, _)| *other == part);
        let at = at.unwrap_or_else(|| {
            self.headers.push((part, HeaderMap::new()));
            self.headers.len() - 1
        });
        let headers = &mut self.headers[at].1;
        if !usual || !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }

    pub fn forget(&mut self, name: &str) {
        self.fields.retain(|(other, _)| other != name);
    }

    /// Is everything there to be sent (again)?
    pub fn is_whole(&self) -> bool {
        !self.fields.iter().any(|(_, f)| {
            matches!(
                f,
                Field::File(Upload {
                    content: Content::Once(None),
                    ..
                })
            )
        })
    }

    /// The body; what can be sent only once leaves for good.
    pub async fn build(&mut self) -> Result<Form, Error> {
        let mut form = empty_form();
        for (name, field) in &mut self.fields {
            let part = match field {
                Field::Text(value, media) => {
                    let part = Part::text(value.clone());
                    match media {
                        Some(media) => part
                            .mime_str(media)
                            .map_err(|_| Error::invalid("no media type"))?,
                        None => part,
                    }
                }
                Field::File(file) => file.part().await?,
            };
            let headers = self.headers.iter().find(|(of, _)| of == name);
            let part = match headers {
                Some((_, headers)) => part.headers(headers.clone()),
                None => part,
            };
            form = form.part(in_header(name).into_owned(), part);
        }
        Ok(form)
    }
}
