import ArgumentParser
import CutlineQueue

/// What is done about captions that another batch has already.
struct ReuseOptions: ParsableArguments {
    @Flag(
        help:
            "Take over the captions that other batches have for the same model, prompt, parameters and pictures: nothing is sent or paid for them."
    )
    var reuse = false

    var use: CaptionSearch.Use { reuse ? .takeOver : .tell }
}
