// swift-tools-version: 6.2
import PackageDescription

// The rooms and their arrows are docs/architecture.md's table; `scripts/check-imports` holds the code to it.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

func room(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func suite(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: ["CutlineCore", "TestSupport", system] + dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "cutline",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "cutline", targets: ["cutline"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        // Level 0
        room("CutlineCore", [system]),
        .systemLibrary(name: "CLibcrypto", path: "Sources/CLibcrypto"),
        room("CutlineDigest", [.target(name: "CLibcrypto", condition: .when(platforms: [.linux]))]),
        .target(
            name: "CutlineMigrationsSQLite", path: "migrations/sqlite",
            resources: [.embedInCode("0001-queue.sql"), .embedInCode("0002-prepared.sql")], swiftSettings: strict),
        .target(
            name: "CutlineMigrationsPostgres", path: "migrations/postgres",
            resources: [.embedInCode("0001-queue.sql"), .embedInCode("0002-prepared.sql")], swiftSettings: strict),
        room("CutlineServing", [hummingbird, nio, nioPosix, logging]),
        // What Swift cannot import of the kernel's: descriptors over sockets, seccomp.
        .target(name: "CutlineConfine"),
        // Level 1
        .systemLibrary(name: "CZlib", path: "Sources/CZlib"),
        room("CutlineInput", ["CutlineCore", "CutlineDigest", system]),
        room("CutlineQueue", ["CutlineCore", system]),
        room(
            "CutlineProvider", ["CutlineCore", "CZlib", system, httpClient, nio, nioPosix, nioHTTP1, nioTLS],
            resources: [.embedInCode("Profiles/profiles.json")]),
        room("CutlinePictures", ["CutlineCore", "CutlineConfine", system]),
        room("CutlineExport", ["CutlineCore", "CutlineDigest", system]),
        room(
            "CutlineSimulator", ["CutlineCore", "CutlineDigest", "CutlineServing", "CZlib", system, hummingbird, nio],
            resources: [.embedInCode("examples.json")]),
        // Level 2
        room("CutlineSQLite", ["CutlineCore", "CutlineQueue", "CutlineDigest", "CutlineMigrationsSQLite", system, grdb, grdbSQLite]),
        room("CutlinePostgres", ["CutlineCore", "CutlineQueue", "CutlineDigest", "CutlineMigrationsPostgres", system]),
        room("CutlineRunner", ["CutlineCore", "CutlineQueue", "CutlineProvider", system]),
        // Level 3
        .executableTarget(
            name: "cutline",
            dependencies: [
                "CutlineCore", "CutlineInput", "CutlineQueue", "CutlineSQLite", "CutlinePostgres", "CutlineProvider", "CutlineExport",
                "CutlineSimulator", "CutlinePictures", "CutlineRunner", system, argumentParser,
            ],
            swiftSettings: strict),
        // What scripts/check-cost counts
        .executableTarget(
            name: "cutline-cost",
            dependencies: ["CutlineCore", "CutlineInput", "CutlineQueue", "CutlineSQLite", "CutlineProvider", "CutlineExport", system],
            path: "Benchmarks/cost", swiftSettings: strict),
        // Tests: a suite per room, then the commands in process, then the built binary
        .target(name: "TestSupport", dependencies: ["CutlineCore", system], path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "TestQueues",
            dependencies: ["CutlineCore", "CutlineQueue", "CutlineSQLite", "CutlinePostgres", "TestSupport", system, grdb],
            path: "Tests/TestQueues", swiftSettings: strict),
        suite("CutlineCoreTests", []),
        suite("CutlineDigestTests", ["CutlineDigest"]),
        suite("CutlineInputTests", ["CutlineInput"]),
        suite(
            "CutlineQueueTests",
            [
                "CutlineQueue", "CutlineSQLite", "CutlinePostgres", "CutlineMigrationsSQLite", "CutlineMigrationsPostgres", "TestQueues",
                grdb, grdbSQLite,
            ]),
        suite("CutlineProviderTests", ["CutlineProvider", "CZlib", nio, nioPosix, nioHTTP1], exclude: ["Vectors"]),
        // Its darkrooms are the built binary.
        suite("CutlinePicturesTests", ["CutlinePictures", "cutline"]),
        suite("CutlineExportTests", ["CutlineExport", "CutlineDigest"]),
        suite("CutlineSimulatorTests", ["CutlineSimulator", httpClient]),
        suite("CutlineRunnerTests", ["CutlineRunner", "CutlineQueue", "CutlineSQLite", "CutlineProvider", "TestQueues", grdb]),
        suite(
            "CommandTests",
            [
                "cutline", "CutlineSimulator", "CutlineInput", "CutlineQueue", "CutlineSQLite", "CutlineProvider", "CutlineRunner",
                argumentParser,
            ]),
        // Runs the built binary, so that it must be built before.
        suite("EndToEndTests", ["cutline", "TestQueues"]),
    ],
    swiftLanguageModes: [.v6]
)
