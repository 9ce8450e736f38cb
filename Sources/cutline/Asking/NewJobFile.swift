import CutlineCore
import CutlineQueue
import CutlineSQLite
import SystemPackage

/// What a job file is to say, and its text.
struct NewJobFile {
    var batch: String
    var profile: Profile
    /// Whether the profile's own address is to be written, for providers that have none.
    var givesAddress: Bool
    var model: String
    var prompt: String
    var maxTokens: Int
    /// As they stand in the file: relative to its folder.
    var images: [String]

    var settings: BatchSettings {
        BatchSettings(
            name: batch, profile: profile, model: model, prompt: prompt, parameters: Parameters(maxTokens: maxTokens))
    }

    /// One member a line, in the order of the documentation.
    var text: String {
        """
        {
          "batch": \(quoted(batch)),
          "provider": \(provider),
          "model": \(quoted(model)),
          "prompt": \(quoted(prompt)),
          "parameters": {"max_tokens": \(maxTokens)},
          "images": [\(images.map(quoted).joined(separator: ", "))]
        }

        """
    }

    private var provider: String {
        guard givesAddress, let address = profile.baseURL else { return quoted(profile.name) }
        return "{\"name\": \(quoted(profile.name)), \"base_url\": \(quoted(address))}"
    }

    private func quoted(_ text: String) -> String { JSONValue.string(text).text }

    /// With another name where the queue has a batch of this one that asks something else.
    func named(besides place: QueuePlace) throws -> NewJobFile {
        var file = self
        var number = 2
        do {
            let reader = try QueueReader(at: place)
            while try reader.objection(to: file.settings) != nil {
                file.batch = "\(batch)-\(number)"
                number += 1
            }
        } catch QueueError.noSuchQueue {
            // Every name is free.
        }
        return file
    }
}
