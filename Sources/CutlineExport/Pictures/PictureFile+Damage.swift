import CutlineCore

extension PictureFile {
    /// For datasets whose reader must decode every picture: one that is cut off ends it in the middle, whatever a model made of the picture.
    ///
    /// - Throws: `pictureDamaged`, or why it cannot be read.
    func refuseDamaged() throws(Omission) {
        guard damage == nil else { throw .pictureDamaged }
        // Whoever knows its SHA-256 has read it, and found nothing.
        guard digest == nil else { return }
        var ending = PictureEnding(of: format)
        do { try PictureStream(self).read { ending.take($0) } } catch { throw error as? Omission ?? .pictureUnreadable }
        if ending.damage != nil { throw .pictureDamaged }
    }
}
