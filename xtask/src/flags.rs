//! The whole command line of `cargo xtask`, on one page.

xflags::xflags! {
    /// What the maintainers run.
    cmd xtask {
        /// Everything that a change must pass; without a name, all of it but `foreign`.
        ///
        /// Steps: fmt, tidy, licences, typos, clippy, test, doctest, features, deps, docs, api, consumers, minimal,
        /// msrv; and foreign, which needs a browser and a server from npm, and installs them where it can.
        cmd ci {
            /// The steps to run.
            repeated steps: String
            /// Go on after a failure, and list all failures at the end.
            optional --keep-going
        }

        /// Manifests, licence links, documented features, links, changelog, sizes of files.
        cmd tidy {}

        /// The public API of each published library, beside its snapshot in crates/*/api.txt.
        cmd api {
            /// Write the snapshots anew.
            optional --bless
        }

        /// Builds and runs tests/consumers/* against the sources, and asserts what each one pulls in.
        cmd consumers {}

        /// Runs the benchmarks in release and prints their tables; without a name, all of them.
        ///
        /// Names: the files of tests/benches, and `weight` (packages, build time and size of each way in).
        cmd bench {
            /// The benchmarks to run.
            repeated names: String
        }
    }
}
