use autopi_sandbox::Sandbox;
#[tokio::test]
async fn serve() {
    let api = Sandbox::builder().start().await.unwrap();
    println!("URL {}", api.url());
    std::fs::write("/tmp/helper/A/url", api.url()).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3000)).await;
}
