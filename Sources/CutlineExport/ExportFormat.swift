import CutlineCore
import SystemPackage

/// What an export is written as, with what can be said about the form. Each has a file of its own in `Formats/`.
package enum ExportFormat: Hashable, Sendable {
    /// One JSON object a line; every key is always there.
    case jsonl(JSONLinesStyle = JSONLinesStyle())
    /// The same, flattened to one header and one row per record.
    case csv(CSVStyle = CSVStyle())
    /// A text file for each picture.
    case sidecar(SidecarStyle = SidecarStyle())
    /// A folder of pictures with `metadata.jsonl`, as Hugging Face's `datasets` reads it.
    case imagefolder(PictureTransfer = .copy)
    /// Shards of tar files; where kinds of pictures are named, a set for each of them and nothing of another kind.
    case webdataset(ShardLimit = ShardLimit(), kinds: [PictureFormat] = [])
    /// The captions file of Microsoft COCO.
    case coco
    /// Tasks with predictions.
    case labelStudio(TaskLinks)
    /// The metadata file of sd-scripts.
    case kohya
    /// Output lines of OpenAI's batch API.
    case openAIBatch
}
