import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineProvider

/// Which way a call goes: environment, profile and target alone decide.
@Suite(.timeLimit(.minutes(15))) struct RoutesTests {
    private func words(_ variables: [String: String], to address: String, proxy: String? = nil) throws -> String {
        var profile = Profile(name: "mine", baseURL: address)
        profile.proxy = proxy
        return try NetworkRoutes(variables: variables, folder: "/f", caFile: nil).route(of: profile).words
    }

    @Test(arguments: [
        (["https_proxy": "http://p:3128"], "https://h/v1", "through http://p:3128 (https_proxy)"),
        (["HTTPS_PROXY": "p"], "https://h/v1", "through http://p:1080 (HTTPS_PROXY)"),
        (["HTTPS_PROXY": "a", "https_proxy": "b"], "https://h/v1", "through http://b:1080 (https_proxy)"),
        (["https_proxy": "", "HTTPS_PROXY": "a"], "https://h/v1", "through http://a:1080 (HTTPS_PROXY)"),
        (["HTTPS_PROXY": " \r"], "https://h/v1", "straight"), (["http_proxy": "p"], "https://h/v1", "straight"),
        (["http_proxy": "p"], "http://h/v1", "through http://p:1080 (http_proxy)"),
        (["HTTP_PROXY": "p"], "http://h/v1", "through http://p:1080 (HTTP_PROXY)"),
        (["HTTP_PROXY": "p", "REQUEST_METHOD": "POST"], "http://h/v1", "straight"),
        (["ALL_PROXY": "socks5h://p"], "https://h/v1", "through socks5://p:1080 (ALL_PROXY)"),
        (["all_proxy": "p", "https_proxy": "q"], "https://h/v1", "through http://q:1080 (https_proxy)"),
        (["ALL_PROXY": "http://[::1]:8080"], "http://h/v1", "through http://[::1]:8080 (ALL_PROXY)"),
        (["ALL_PROXY": "http://us%65r:p%40ss@p:3128/"], "https://h/v1", "through http://p:3128 (ALL_PROXY)"),
        (["ALL_PROXY": "p", "NO_PROXY": "h"], "https://h/v1", "straight, for NO_PROXY names it"),
        (["ALL_PROXY": "p", "no_proxy": "x", "NO_PROXY": "h"], "https://h/v1", "through http://p:1080 (ALL_PROXY)"),
        (["ALL_PROXY": "p"], "http://127.0.0.1:9/v1", "through http://p:1080 (ALL_PROXY)"),
    ])
    func theEnvironmentIsReadAsCurlReadsIt(variables: [String: String], address: String, words: String) throws {
        #expect(try self.words(variables, to: address) == words)
    }

    @Test(arguments: [
        ("http://own:8080", "through http://own:8080 (profile mine)"), ("none", "straight"), ("", "straight"),
    ])
    func theProfileWins(proxy: String, words: String) throws {
        #expect(try self.words(["ALL_PROXY": "p", "NO_PROXY": "*"], to: "https://h/v1", proxy: proxy) == words)
    }

    @Test func theSimulatorOfThisProcessIsNeverBehindAProxy() throws {
        let profile = Profile(name: "simulator").started(at: "http://127.0.0.1:9")
        let routes = NetworkRoutes(variables: ["ALL_PROXY": "p"], folder: "/", caFile: nil)
        #expect(try routes.route(of: profile).words == "straight")
        #expect(try routes.route(of: Profile(name: "simulator")).words == "straight")
    }

    @Test func aPictureGoesThroughTheProfilesProxyElseTheEnvironments() throws {
        let routes = NetworkRoutes(variables: ["HTTPS_PROXY": "p"], folder: "/", caFile: nil)
        var profile = Profile(name: "mine", baseURL: "http://10.0.0.1")
        for (proxy, words) in [(nil, "(HTTPS_PROXY)"), ("none", "(HTTPS_PROXY)"), ("own", "(profile mine)")] {
            profile.proxy = proxy
            #expect(try routes.route(toPicture: "https://pictures/a.png", for: profile).words.hasSuffix(words))
        }
    }

    @Test func credentialsAreDecodedAndNeverShown() throws {
        let address = try ProxyAddress("http://us%65r:p%40s:s%@p:3128")
        #expect(address.credentials?.user == "user" && address.credentials?.password == "p@s:s%")
        #expect(address.shown == "http://p:3128")
    }

    @Test(arguments: [
        ("https://u:canary@p", "begins with https://"), ("socks4://p", "names a SOCKS 4 proxy"), ("ftp://canary", "has a scheme"),
        ("socks5://u:canary@p", "has a user name"), ("http://", "names no host"), ("p:canary", "has a port"),
        ("http://u:canary@p:0", "has a port"),
        ("::1", "names no host"),
    ])
    func aProxyThatCannotBeUsedIsNamedWithoutItsValue(value: String, reason: String) {
        let problem = #expect(throws: NetworkRouteProblem.self) { try words(["ALL_PROXY": value], to: "https://h") }
        #expect(problem?.description.hasPrefix("ALL_PROXY \(reason)") == true)
        #expect(problem?.description.contains("canary") == false)
    }

    @Test(arguments: [
        ("example.com", "example.com", true), ("example.com", "www.example.com", true), ("example.com", "nonexample.com", false),
        (".example.com", "www.example.com", true), (".example.com", "example.com", true), ("EXAMPLE.com.", "example.com", true),
        ("a,b c\t,d", "c", true), ("*", "anything", true), ("x,*", "anything", false), ("", "h", false), (",", "h", false),
        (".", "h", false),
        ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false), ("192.168.1.128/25", "192.168.1.130", true),
        ("192.168.1.128/25", "192.168.1.1", false), ("0.0.0.0/0", "8.8.8.8", true), ("10.0.0.0/33", "10.0.0.0", false),
        ("127.0.0.1", "127.0.0.1", true), ("0.1", "127.0.0.1", false), ("::1", "::1", true), ("[::1]", "::1", true), ("0::1", "::1", true),
        ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false), ("h:8080", "h", true), ("h:8081", "h", false),
        ("[::1]:8080", "::1", true), ("[::1]:1", "::1", false), ("localhost", "localhost.", true),
    ])
    func whatIsExemptIsReadAsCurlReadsIt(list: String, host: String, isCovered: Bool) {
        #expect(NoProxyList(list).covers(host: host, port: 8_080) == isCovered)
    }

    @Test func authoritiesComeFromFlagProfileAndEnvironmentTogether() throws {
        var profile = Profile(name: "mine", baseURL: "https://h")
        profile.caFile = "own.pem"
        let variables = ["SSL_CERT_FILE": "/c/more.pem", "SSL_CERT_DIR": "/d:/e"]
        let route = try NetworkRoutes(variables: variables, folder: "/f", caFile: "/f/flag.pem").route(of: profile)
        #expect(
            route.words == "straight; believes also /f/flag.pem (--ca-file), /f/own.pem (ca_file of the profile mine), "
                + "/c/more.pem (SSL_CERT_FILE), /d (SSL_CERT_DIR), /e (SSL_CERT_DIR)")
    }

    @Test(arguments: [
        ("none.pem", "cannot be read"), ("empty.pem", "is empty"), ("text.pem", "holds no certificate in PEM form"),
        ("folder", "cannot be read"),
    ])
    func aFileWithoutCertificatesIsRefused(name: String, reason: String) {
        let folder = TemporaryFolder()
        folder.write("empty.pem", [])
        folder.write("text.pem", text: "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n")
        folder.write("folder/readme.txt", text: "x")
        let routes = NetworkRoutes(variables: [:], folder: folder.path, caFile: folder.path.appending(name))
        let problem = #expect(throws: NetworkRouteProblem.self) { try routes.check(Profile(name: "mine", baseURL: "https://h")) }
        #expect(problem?.isInFile == true && problem?.description.contains("\(name) \(reason)") == true)
    }

    @Test func aFolderWithoutCertificatesIsRefused() {
        let folder = TemporaryFolder()
        folder.write("bad.pem", text: "nothing")
        let routes = NetworkRoutes(variables: ["SSL_CERT_DIR": folder.path.string], folder: "/", caFile: nil)
        let problem = #expect(throws: NetworkRouteProblem.self) { try routes.check(Profile(name: "mine", baseURL: "https://h")) }
        #expect(problem?.description.contains("holds no certificates (*.pem") == true)
    }

    /// A proxy that answers itself shows what it is asked.
    @Test func plainHTTPIsAskedForByItsWholeAddressWithThePassword() async throws {
        try await TestServer.run(TestServer.caption("ok")) { proxy in
            let routes = NetworkRoutes(variables: ["http_proxy": "http://u:p%40@127.0.0.1:\(proxy.port)"], folder: "/", caFile: nil)
            let client = ProviderClient(connections: 1, allowsInsecureHTTP: true, routes: routes, now: { .fixture })
            let profile = Profile(name: "mine", baseURL: "http://far.invalid:81/v1")
            let outcome = await client.call(.make(), profile: profile, key: "k", timeout: .seconds(30))
            await client.shutdown()
            #expect(outcome.caption?.text == "ok")
            let head = proxy.requests.first?.head.lowercased() ?? ""
            #expect(head.hasPrefix("post http://far.invalid:81/v1/chat/completions http/1.1\r\n"))
            #expect(head.contains("host: far.invalid:81\r\n") && head.contains("proxy-authorization: basic dtpwqa=="))
        }
    }

    @Test(arguments: [
        ("u:canary@", 407, FailureClass.forbidden, "does not accept its user name and password (HTTP 407)"),
        ("", 407, .forbidden, "wants a user name and password (HTTP 407)"), ("", 502, .unreachable, "opened no connection to far.invalid"),
        ("", 403, .unreachable, "opened no connection to far.invalid"),
    ])
    func aTunnelThatIsNotOpenedIsTheProxys(credentials: String, status: Int, kind: FailureClass, words: String) async throws {
        try await TestServer.run(.answer(TestServer.http(status, ""))) { proxy in
            let routes = NetworkRoutes(variables: ["ALL_PROXY": "http://\(credentials)127.0.0.1:\(proxy.port)"], folder: "/", caFile: nil)
            let client = ProviderClient(connections: 1, routes: routes, now: { .fixture })
            let profile = Profile(name: "mine", baseURL: "https://far.invalid/v1")
            let failure = await client.call(.make(), profile: profile, key: "k", timeout: .seconds(30)).failure
            await client.shutdown()
            #expect(failure?.kind == kind)
            #expect(failure?.message.hasPrefix("the proxy http://127.0.0.1:\(proxy.port) (ALL_PROXY) \(words)") == true)
            #expect(failure?.message.contains("canary") == false)
        }
    }

    @Test func aDeadProxyIsNamedAndNotTheProvider() async throws {
        try await TestServer.runWithClosedPort { port in
            let routes = NetworkRoutes(variables: ["ALL_PROXY": "http://127.0.0.1:\(port)"], folder: "/", caFile: nil)
            for (address, isPlain) in [("https://far.invalid/v1", false), ("http://far.invalid/v1", true)] {
                let client = ProviderClient(connections: 1, allowsInsecureHTTP: isPlain, routes: routes, now: { .fixture })
                let profile = Profile(name: "mine", baseURL: address)
                let failure = await client.call(.make(), profile: profile, key: nil, timeout: .seconds(30)).failure
                await client.shutdown()
                #expect(failure?.kind == .unreachable)
                #expect(failure?.message.hasPrefix("cannot connect to the proxy http://127.0.0.1:\(port) (ALL_PROXY): ") == true)
            }
        }
    }
}
