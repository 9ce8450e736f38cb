import CutlineCore

/// A JSON file that is no job file, called what it is.
enum KnownJSON {
    static func sentence(for value: JSONValue, named name: String) -> String? {
        guard let members = value.object, !members.isEmpty else { return nil }
        if members["annotations"]?.array != nil || members["images"]?[0]?["file_name"] != nil {
            return "\(name) is a COCO dataset, not a job file; name the folder of its pictures, or a list of its file names"
        }
        if members["image"]?.string != nil || members["file_name"]?.string != nil {
            return "\(name) is one row of a manifest, not a job file; call it .jsonl"
        }
        let entries = members.values.prefix(100)
        let isMetadata = entries.allSatisfy { $0["caption"] != nil || $0["tags"] != nil || $0["train_resolution"] != nil }
        guard isMetadata else { return nil }
        return "\(name) is metadata of pictures as kohya's trainer keeps it, not a job file; name the folder of the pictures"
    }
}
