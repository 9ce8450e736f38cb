import CutlineCore
import Testing

@testable import CutlineProvider

@Suite struct AnswerMarksTests {
    @Test(
        arguments: [
            ("<think>hm</think>A cat.", "A cat."), ("Let me look.</think>\n\nA cat.", "A cat."), ("hm</THINK> A cat.", "A cat."),
            ("<think>a</think>no<think>b</think>A cat.", "A cat."), ("[THINK]hm[/THINK]A cat.", "A cat."), ("hm[/THINK]\nA cat.", "A cat."),
            ("◁think▷hm◁/think▷A cat.", "A cat."), ("<seed:think>hm</seed:think>A cat.", "A cat."),
            ("<thought>hm</thought>A cat.", "A cat."),
            ("<reasoning>hm</reasoning>\nA cat.", "A cat."), ("<|channel>thought\nhm<channel|>A cat.", "A cat."),
            ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>A cat.<|return|>", "A cat."),
            ("<|start|>assistant<|channel|>final<|message|>A cat.<|end|>", "A cat."),
            ("<|channel|>final <|constrain|>json<|message|>{\"a\":1}", "{\"a\":1}"), ("analysishm, a cat.assistantfinalA cat.", "A cat."),
            ("<|channel|>analysis<|message|>hm<|end|>", ""), ("<think>hm</think>\n", ""), ("hm</think>", ""),
            ("[THINK]hm[/THINK]<|im_end|>", ""),
            ("<|begin_of_box|>A cat.<|end_of_box|>", "A cat."), ("It is <|begin_of_box|>a cat<|end_of_box|>.", "It is a cat."),
            ("A cat.<|im_end|>", "A cat."), ("<s> A cat.</s>", "A cat."), ("<|assistant|>\nA cat.<|eot_id|><|endoftext|>", "A cat."),
            ("<think>hm</think><answer>A cat.</answer>", "A cat."), ("<|im_end|>", ""),
            // What speaks of a mark is a caption.
            ("A page that shows \"</think>\" in blue.", "A page that shows \"</think>\" in blue."), ("<think>A cat.", "<think>A cat."),
            ("Analysis of a cat.", "Analysis of a cat."), ("I think <3 cats.", "I think <3 cats."),
        ])
    func theCaptionIsWhatFollowsTheLastMark(text: String, caption: String) { #expect(text.withoutMarks(isCut: false) == caption) }

    @Test func thinkingThatWasCutIsNoCaption() {
        #expect("<think>A cat".withoutMarks(isCut: true) == "")
        #expect("[THINK]A cat".withoutMarks(isCut: true) == "")
    }

    @Test func theAnswerAsItCameStaysBesideTheCaption() {
        let caption = read(#"{"choices":[{"message":{"content":"hm</think>A cat."}}]}"#).caption
        #expect((caption?.text, caption?.raw) == ("A cat.", "hm</think>A cat."))
        #expect(read(#"{"choices":[{"message":{"content":"A cat."}}]}"#).caption?.raw == nil)
    }

    @Test func anAnswerThatOnlyThinksIsEmptyAndKept() {
        let failure = read(#"{"choices":[{"message":{"content":"<think>A cat?</think>"}}]}"#).failure
        #expect((failure?.kind, failure?.answer) == (.emptyAnswer, "<think>A cat?</think>"))
        #expect(failure?.message == "the model only thought and returned no text")
    }
}
