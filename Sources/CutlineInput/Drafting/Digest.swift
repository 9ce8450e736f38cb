import CutlineCore
import CutlineDigest

extension Sequence<UInt8> {
    /// 32 bytes.
    package var sha256: [UInt8] { SHA256.hash(Array(self)) }
}

extension BatchSettings {
    /// SHA-256 over all that its calls have in common: the same for the same provider, model, texts and parameters, whatever the name.
    package var digest: [UInt8] {
        Fingerprint.preimage(
            provider: profile.name, model: model, system: system, prompt: prompt, parameters: parameters, images: [],
            preparation: preparation
        ).sha256
    }
}
