//! The whole command line of `cargo xtask`, on one page.

xflags::xflags! {
    /// What the maintainers run.
    cmd xtask {
        /// Everything that a change must pass; without a name, all of it but `foreign`.
        ///
        /// Steps: fmt, tidy, licences, typos, clippy, test, doctest, features, deps, docs, api, consumers, minimal,
        /// msrv, package; and foreign, which needs a browser and a server from npm, and installs them where it can.
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

        /// Raises the version of every crate, in manifests, snippets and consumers, and dates the changelog.
        cmd bump {
            /// patch, minor, major, or the version itself, such as 1.2.3.
            required level: String
        }

        /// Packages every crate and proves that strangers can use it; publishes nothing unless told to.
        ///
        /// Leaves the packages, SHA256SUMS and the list of files in target/dist. See RELEASING.md.
        cmd release {
            /// Say what would be done, and prove it: the default.
            optional --dry-run
            /// Upload what is not published yet, wait for the index, and tag. Never pushes.
            optional --execute
            /// Run no `ci` before: COMMIT is the one it has passed on, and must be checked out.
            optional --skip-ci commit: String
        }

        /// Runs the benchmarks in release and prints their tables; without a name, all of them.
        ///
        /// Names: the files of tests/benches, and `weight` (packages, build time and size of each way in).
        cmd bench {
            /// The benchmarks to run.
            repeated names: String
        }

        /// The long run: 100,000 tokens and 1,000 outages on a manual clock, then real time before an emulator
        /// that goes wrong. Fails if anything creeps, is asked too often, or does not recover.
        cmd soak {
            /// Of real time: 10 unless said otherwise, also a fraction; 0 skips that part.
            optional --minutes minutes: f64
            /// Plays the same faults again.
            optional --seed seed: u64
        }
    }
}
