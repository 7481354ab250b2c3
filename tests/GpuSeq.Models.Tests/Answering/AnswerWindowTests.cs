namespace GpuSeq.Models.Tests.Answering;

/// <summary>Questions and contexts in windows, and the places of answers in them.</summary>
public sealed class AnswerWindowTests
{
    private const string Context = "one two three four five six seven eight nine ten";

    private static readonly TextEncoder Encoder = TextEncoder.Of(WordPiece.Train(Enumerable.Repeat($"{Context} which number is it ?", 2), 300));
    private static readonly BertConfig Config = new() { VocabSize = 100 };

    [Test]
    public void Context_GoesOnInWindowsThatOverlap()
    {
        var windows = Of("which number ?", new() { MaxLength = 12, Stride = 2, MaxQuestionLength = 3 });
        Assert.Multiple(() =>
        {
            Assert.That(windows.Select(window => Text(window)), Is.EqualTo(new[]
            {
                "one two three four five six", "five six seven eight nine ten",
            }));
            Assert.That(windows.Select(window => window.Text.Length), Is.All.EqualTo(12));
            Assert.That(windows.Select(window => window.Text.Ids[AnswerWindow.None]), Is.All.EqualTo(Encoder.Special.Begin));
            Assert.That(windows[0].IsContext(1), Is.False, "the question");
            Assert.That(windows[0].IsContext(5), Is.True);
        });
    }

    [Test]
    public void LongQuestion_IsCut()
    {
        var window = Of("which number is it ? which number is it ?", new() { MaxLength = 100, MaxQuestionLength = 3 }).Single();
        Assert.That(window.Text.Parts.Count(part => part == 0), Is.EqualTo(3));
    }

    [TestCase("two", 0, 6)]
    [TestCase("three four", 0, 7)]
    [TestCase("six", 0, 10)]
    [TestCase("four five six seven", 0, 0, Description = "goes beyond the first window and begins before the second")]
    [TestCase("ten", 1, 10)]
    [TestCase("wo thre", 0, 6, Description = "all pieces that are touched")]
    public void Answer_IsFoundByItsCharacters(string text, int own, int first)
    {
        var windows = Of("which number ?", new() { MaxLength = 12, Stride = 2, MaxQuestionLength = 3 });
        var answer = new SquadAnswer(text, Context.IndexOf(text, StringComparison.Ordinal));
        var places = windows.Select(window => window.Find(answer)).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(places[own].First, Is.EqualTo(first));
            Assert.That(first == 0 ? 0 : places[own].Last - places[own].First, Is.EqualTo(first == 0 ? 0 : text.Split(' ').Length - 1));
            Assert.That(places[1 - own], Is.EqualTo(text == "six" ? (6, 6) : (AnswerWindow.None, AnswerWindow.None)));
        });
    }

    [Test]
    public void NoAnswer_IsAtTheFirstToken()
    {
        var (window, empty) = (Of("which ?", new()).Single(), AnswerWindow.Of(Encoder, [new("which ?", "")], new(), Config).Single());
        Assert.Multiple(() =>
        {
            Assert.That(window.Find(null), Is.EqualTo((0, 0)));
            Assert.That(empty.Find(new("one", 0)), Is.EqualTo((0, 0)), "a context without words");
        });
    }

    [TestCase(384, null, null, 512, ExpectedResult = null)]
    [TestCase(null, null, null, 16, ExpectedResult = null, Description = "strides that nobody chose shrink with the windows")]
    [TestCase(64, 50, 20, 512, ExpectedResult = "windows of 64 tokens have no room for questions of 20 and 50 tokens that windows share")]
    public string? Windows_MustHaveRoom(int? length, int? stride, int? question, int positions) =>
        new BertAnswerRun { MaxLength = length, Stride = stride, MaxQuestionLength = question }.FaultFor(Config with { Positions = positions });

    private static IReadOnlyList<AnswerWindow> Of(string question, BertAnswerRun run) =>
        AnswerWindow.Of(Encoder, [new(question, Context)], run, Config);

    private static string Text(AnswerWindow window)
    {
        var places = Enumerable.Range(0, window.Text.Length).Where(window.IsContext).ToArray();
        return Context[window.Text.Offsets[places[0]].Start..window.Text.Offsets[places[^1]].End];
    }
}
