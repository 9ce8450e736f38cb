import CutlineCore
import NIOSSL
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file, or a folder of files, with certificates of authorities that are believed beside the system's.
struct AuthorityFile: Hashable, Sendable {
    let path: FilePath
    /// Who names it, for people.
    let source: String
    let isFolder: Bool

    var words: String { "\(path.text) (\(source))" }

    /// - Throws: where there is nothing to believe; nobody is to find that out from a failed handshake.
    func certificates() throws(NetworkRouteProblem) -> [NIOSSLCertificate] {
        isFolder ? try inFolder() : try Self.certificates(path, source)
    }

    private static func certificates(_ path: FilePath, _ source: String) throws(NetworkRouteProblem) -> [NIOSSLCertificate] {
        let bytes: [UInt8]
        do { bytes = Array(try Data(contentsOf: URL(filePath: path.string))) } catch {
            throw NetworkRouteProblem("\(source): \(path.text) cannot be read; give a file with certificates in PEM form", isInFile: true)
        }
        guard !bytes.isEmpty else {
            throw NetworkRouteProblem("\(source): \(path.text) is empty; give a file with certificates in PEM form", isInFile: true)
        }
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            guard !certificates.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
            return certificates
        } catch {
            throw NetworkRouteProblem(
                "\(source): \(path.text) holds no certificate in PEM form (-----BEGIN CERTIFICATE-----); convert it with "
                    + "`openssl x509 -in FILE -inform der`", isInFile: true)
        }
    }

    /// Files with the names that such folders have: `*.pem`, `*.crt`, `*.cer`, and OpenSSL's `9d66eef0.0`. What holds no certificate is passed over, as
    /// OpenSSL does.
    private func inFolder() throws(NetworkRouteProblem) -> [NIOSSLCertificate] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path.string) } catch {
            throw NetworkRouteProblem(
                "\(source): the folder \(path.text) cannot be read; give a folder with certificates in PEM form", isInFile: true)
        }
        var found: Set<NIOSSLCertificate> = []
        for name in names where Self.isMeant(name) {
            do throws(NetworkRouteProblem) { found.formUnion(try Self.certificates(path.appending(name), source)) } catch { continue }
        }
        guard !found.isEmpty else {
            throw NetworkRouteProblem(
                "\(source): the folder \(path.text) holds no certificates (*.pem, *.crt, *.cer, or names like 9d66eef0.0)", isInFile: true)
        }
        return Array(found)
    }

    private static func isMeant(_ name: String) -> Bool {
        let parts = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, let end = parts.last else { return false }
        if ["pem", "crt", "cer"].contains(end) { return true }
        return parts.count == 2 && parts[0].count == 8 && parts[0].allSatisfy(\.isHexDigit) && UInt8(end) != nil
    }
}
