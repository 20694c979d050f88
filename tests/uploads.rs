//! Uploads from a path, a reader and bytes, and which of them are retried.

mod support;

use std::{fs, path::PathBuf};

use autopi::{CallOptions, Error, ErrorKind, Method, Upload};
use support::{Server, ok, response, write};
#[cfg(target_os = "linux")]
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn file(name: &str, contents: &[u8]) -> PathBuf {
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    fs::write(&path, contents).unwrap();
    path
}

async fn put(server: &Server, file: Upload) -> Result<u16, Error> {
    let options = CallOptions::new().idempotent(true);
    let client = server.client();
    let request = client
        .request(Method::POST, "/x/")
        .part("name", "n")
        .file("file", file)?
        .options(options);
    request.send().await.map(|r| r.status)
}

#[tokio::test]
async fn a_file_is_read_again_for_each_attempt() {
    let contents = "contents ".repeat(30_000);
    let path = file("again.txt", contents.as_bytes());
    let server = Server::start(|n, _| {
        write(if n < 2 {
            response("503 Busy", "", "")
        } else {
            ok("{}")
        })
    })
    .await;
    assert_eq!(
        put(
            &server,
            Upload::from_path(&path).unwrap().content_type("text/plain")
        )
        .await
        .unwrap(),
        200
    );
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "with its length: {head}"
        );
        assert!(
            body.contains(&format!(r#"filename="{name}""#))
                && body.contains("Content-Type: text/plain")
                && body.contains(&contents)
        );
    }
    fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn a_missing_file_is_named() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for bad in ["/no/such/file.bin", folder, "/dev/null"] {
        let error = Upload::from_path(bad).unwrap_err();
        assert!(
            error.kind() == ErrorKind::Configuration && error.to_string().contains(bad),
            "{error}"
        );
    }
    // The file existed when the call was built.
    let path = file("gone.txt", b"1");
    let upload = Upload::from_path(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let server = Server::responses(vec![ok("{}")]).await;
    let error = put(&server, upload).await.unwrap_err();
    assert!(error.to_string().contains("gone.txt"), "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_reader_is_sent_once() {
    let reader = || Upload::reader("r.bin", std::io::Cursor::new("contents ".repeat(30_000)));
    let server = Server::responses(vec![ok("{}")]).await;
    put(&server, reader()).await.unwrap();
    assert_eq!(server.requests()[0].matches("contents").count() / 1000, 29);
    let server = Server::responses(vec![response("503 Busy", "", "")]).await;
    let error = put(&server, reader()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.attempts(), server.requests().len()),
        (Some(503), 1, 1)
    );
}

/// Returns the peak memory of this process, in MiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let kib = status.lines().find_map(|l| {
        l.strip_prefix("VmHWM:")?
            .trim()
            .strip_suffix(" kB")?
            .parse::<u64>()
            .ok()
    });
    kib.unwrap() / 1024
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_large_file_is_never_in_memory() {
    const LENGTH: u64 = 256 << 20;
    let path = file("large.bin", b"");
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(LENGTH)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sink = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let (mut buffer, mut read) = (vec![0; 256 << 10], 0);
        while read < LENGTH + 200 {
            read += socket.read(&mut buffer).await.unwrap() as u64;
        }
        socket.write_all(ok("{}").as_bytes()).await.unwrap();
    });
    let client = autopi::Client::builder()
        .base_url(url)
        .api_token("t")
        .build()
        .unwrap();
    let before = peak();
    client
        .request(Method::POST, "/x/")
        .file("file", Upload::from_path(&path).unwrap())
        .unwrap()
        .send()
        .await
        .unwrap();
    let grown = peak() - before;
    assert!(grown < 48, "{grown} MiB for a file of 256");
    sink.await.unwrap();
    fs::remove_file(path).unwrap();
}

/// What is added to a file while it is sent is not sent: its length was announced before.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_grows_is_sent_as_it_was() {
    // More than the sockets' buffers hold.
    const LENGTH: usize = 64 << 20;
    let path = file("grows.bin", b"");
    let grow = |length| {
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_len(length as u64).unwrap();
    };
    grow(LENGTH);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = autopi::Client::builder().base_url(url).api_token("t");
    let client = client.build().unwrap();
    let upload = Upload::from_path(&path).unwrap();
    let sent = tokio::spawn(async move {
        let call = client.request(Method::POST, "/x/").file("file", upload);
        call.unwrap().send().await.map(|response| response.status)
    });
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut piece = vec![0; 256 << 10];
    let n = socket.read(&mut piece).await.unwrap();
    let text = String::from_utf8_lossy(&piece[..n]);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let length = head.split_once("content-length: ").unwrap().1;
    let length = length.lines().next().unwrap().parse::<usize>().unwrap();
    assert!(length < LENGTH + 1000, "{length}");
    let (whole, mut seen) = (head.len() + 4 + length, n);
    grow(2 * LENGTH);
    let mut last = Vec::new();
    while seen < whole {
        let n = socket.read(&mut piece).await.unwrap();
        assert!(n > 0, "{seen} of {whole} bytes");
        (seen, last) = (seen + n, piece[..n].to_vec());
    }
    assert!(
        seen == whole && last.ends_with(b"--\r\n"),
        "the form is whole"
    );
    socket.write_all(ok("{}").as_bytes()).await.unwrap();
    assert_eq!(sent.await.unwrap().unwrap(), 200);
    fs::remove_file(path).unwrap();
}

/// Returns the headers of the file's part and of the text's part, as sent.
async fn heads(name: &str, file: Upload) -> Result<(String, String), Error> {
    let server = Server::responses(vec![ok("{}")]).await;
    let client = server.client();
    let request = client.request(Method::POST, "/x/");
    let request = request.part(name, "value").file(name, file)?;
    request.send().await?;
    let request = server.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let boundary = head.split_once("boundary=").unwrap().1;
    let boundary = format!("--{}", boundary.lines().next().unwrap());
    let parts: Vec<&str> = body.split(&boundary).collect();
    assert_eq!(parts.len(), 4, "two parts, whatever the names: {body:?}");
    let head = |part: &str| part.split_once("\r\n\r\n").unwrap().0.trim().to_owned();
    Ok((head(parts[1]), head(parts[2])))
}

#[tokio::test]
async fn file_and_field_names_stay_inside_the_header_of_their_part() {
    let long = "x".repeat(5000);
    for (name, written) in [
        ("a b.txt", "a b.txt"),
        ("f[0].x", "f[0].x"),
        ("ä€😀.txt", "ä€😀.txt"),
        ("a\"; x=\"y", "a%22; x=%22y"),
        ("a\r\nX-Evil: 1\r\n\r\nb", "a%0D%0AX-Evil: 1%0D%0A%0D%0Ab"),
        ("\r", "%0D"),
        ("\n", "%0A"),
        ("100%.txt", "100%.txt"),
        (&long, &long),
    ] {
        let (text, file) = heads(name, Upload::bytes(name, "1")).await.unwrap();
        let disposition = format!("Content-Disposition: form-data; name=\"{written}\"");
        assert_eq!(text, disposition);
        assert_eq!(file, format!("{disposition}; filename=\"{written}\""));
    }
    // Written as a quoted pair, which Python's parser reads.
    let (_, file) = heads("f", Upload::bytes("a\\b", "1")).await.unwrap();
    assert!(file.ends_with(r#"; filename="a\\b""#), "{file}");
}

#[tokio::test]
async fn a_file_without_a_name_or_with_a_bad_media_type_is_refused() {
    for bad in [
        "",
        ".",
        "..",
        "a/",
        "a\\",
        "a/..",
        "\u{7f}",
        "b/\u{1}.",
        "\u{200b}",
        ".\u{202e}.",
        "\u{a0}",
        "\u{e000}",
    ] {
        let error = heads("f", Upload::bytes(bad, "1")).await.unwrap_err();
        assert!(
            error.to_string().contains("needs a name"),
            "{bad:?}: {error}"
        );
    }
    for bad in [
        "",
        "text",
        "text/plain\r\nX-Evil: 1",
        "text/plain; a=\"\r\n\"",
        "a/b\0",
    ] {
        let file = Upload::bytes("f", "1").content_type(bad);
        let error = heads("f", file).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{bad:?}");
    }
}
