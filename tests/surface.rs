//! What the public types promise to programs that are generic over them: threads, printing, errors.

use std::{error::Error as StdError, fmt::Debug};

use autopi::{
    Async, CallFuture, CallInfo, CallOptions, Client, ClientBuilder, ClientHooks, Command,
    CommandJob, CommandOutcome, CommandTarget, Credentials, CredentialsProvider, Cursor, Date,
    Decimal, DeviceId, Download, Error, ErrorKind, ItemError, ItemStream, Json, Mfa, Next, Page,
    RawRequest, Response, RetryPolicy, TimeError, Timestamp, UnitId, UnknownMembers, UnknownValue,
    Upload, builder, testing, types, webhook,
};

/// Fails to compile unless each type fulfils the bound.
macro_rules! all {
    ($bound:ident: $($ty:ty),* $(,)?) => { $($bound::<$ty>();)* };
}

fn value<T: Clone + PartialEq + Debug + Send + Sync + 'static>() {}
fn cloned<T: Clone + Debug + Send + Sync + 'static>() {}
fn shared<T: Debug + Send + Sync + 'static>() {}
fn sent<T: Send>() {}
fn error<T: StdError + Send + Sync + 'static>() {}

#[test]
fn public_types_cross_threads_and_can_be_printed() {
    all!(value: Command, CommandOutcome, CommandTarget, Cursor, Date, Decimal, DeviceId, ErrorKind,
        ItemError, Json, Page<Json>, RetryPolicy, Timestamp, UnitId, UnknownMembers,
        UnknownValue<String>, types::Device, types::DeviceRequest, webhook::CommandEvent,
        webhook::CommandState);
    all!(cloned: CallInfo, CallOptions, Client, CommandJob, Credentials, Mfa, Response<Json>);
    all!(shared: Async, ClientBuilder, Download, Error, Next<'static>, RawRequest<'static>, Upload,
        testing::Recorder, testing::Replay, testing::Stub);
    all!(sent: CallFuture<'static, ()>, ItemStream<'static, ()>,
        builder::DongleDevicesList<'static>);
    all!(error: Error, ItemError, TimeError);
    // Hooks and providers may be chosen when the program runs.
    let _: [Option<&dyn ClientHooks>; 0] = [];
    let _: [Option<&dyn CredentialsProvider>; 0] = [];
}

/// Every type that the crate exports is in the test above.
#[test]
fn no_public_type_is_left_out() {
    // Traits that are only bounds of arguments, what the feature `blocking` adds, and types of
    // other crates.
    const OTHERS: [&str; 7] = [
        "Blocking",
        "Bytes",
        "IntoNullable",
        "IntoValue",
        "Method",
        "SecretString",
        "Uuid",
    ];
    let (library, test) = (include_str!("../src/lib.rs"), include_str!("surface.rs"));
    let words = |text: &'static str| text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let exported = library.split_once("pub use").expect("exports").1;
    let names = words(exported).filter(|word| word.starts_with(char::is_uppercase));
    for name in names.filter(|name| !OTHERS.contains(name)) {
        assert!(words(test).any(|word| word == name), "{name} is not tested");
    }
}
