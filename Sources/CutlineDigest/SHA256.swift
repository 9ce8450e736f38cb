#if canImport(CryptoKit)
    import CryptoKit
#else
    import CLibcrypto
#endif

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. The work is done by the system's library: OpenSSL's libcrypto, or CryptoKit on macOS.
package struct SHA256: ~Copyable {
    #if canImport(CryptoKit)
        private var state = CryptoKit.SHA256()
    #else
        private let state: OpaquePointer

        /// Looked up once, in a library context of its own: what an `openssl.cnf` sets up cannot take the algorithm away.
        private nonisolated(unsafe) static let algorithm: OpaquePointer = {
            guard let context = OSSL_LIB_CTX_new(), let algorithm = EVP_MD_fetch(context, "SHA256", nil) else {
                fatalError("libcrypto has no SHA-256")
            }
            return algorithm
        }()
    #endif

    package init() {
        #if !canImport(CryptoKit)
            guard let state = EVP_MD_CTX_new() else { fatalError("out of memory") }
            self.state = state
            guard EVP_DigestInit_ex(state, Self.algorithm, nil) == 1 else { fatalError("libcrypto cannot begin a SHA-256") }
        #endif
    }

    #if !canImport(CryptoKit)
        deinit { EVP_MD_CTX_free(state) }
    #endif

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        #if canImport(CryptoKit)
            state.update(bufferPointer: bytes)
        #else
            // A null pointer is a failure even where there is nothing to read.
            guard let start = bytes.baseAddress else { return }
            guard EVP_DigestUpdate(state, start, bytes.count) == 1 else { fatalError("libcrypto cannot go on with a SHA-256") }
        #endif
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// 32 bytes.
    package consuming func finalize() -> [UInt8] {
        #if canImport(CryptoKit)
            Array(state.finalize())
        #else
            [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
                guard EVP_DigestFinal_ex(state, digest.baseAddress, nil) == 1 else { fatalError("libcrypto cannot end a SHA-256") }
                count = 32
            }
        #endif
    }

    /// 32 bytes.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// 32 bytes.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }
}
