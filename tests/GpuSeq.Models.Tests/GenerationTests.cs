using System.Text.Json;
using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>How text is written: what sampling leaves, where texts end, and that a cache changes nothing of what a model says.</summary>
public sealed class GenerationTests
{
    private static readonly GptConfig Small =
        new() { VocabSize = 31, Context = 12, Width = 16, Layers = 3, Heads = 2, InitializerRange = 0.3f };

    private static readonly TestCaseData[] Kinds =
    [
        new TestCaseData(Small).SetArgDisplayNames("gpt2"),
        new TestCaseData(Small with { ModelType = GptConfig.Gpt1 }).SetArgDisplayNames("gpt"),
        new TestCaseData(Small with { ModelType = GptConfig.Gpt3, AttentionBand = 3 }).SetArgDisplayNames("gpt3"),
    ];

    [TestCaseSource(nameof(Kinds))]
    public void Cache_GivesTheLogitsOfWholeTexts(GptConfig config)
    {
        using var device = Device.Open();
        using var model = new GptModel(device, config, seed: 3);
        int[][] prompts = [[4, 2, 9], [7], [1, 5, 3, 8, 2, 6]];
        using var decoder = new GptDecoder(device, model, prompts.Length);
        var texts = prompts.Select(prompt => prompt.ToList()).ToArray();
        var random = new SplitMix64(5);
        var logits = decoder.Begin(prompts);
        using (Assert.EnterMultipleScope())
        {
            for (var round = 0; round < 6; round++) // until the longest fills the context
            {
                for (var text = 0; text < texts.Length; text++)
                {
                    var whole = Full(device, model, [.. texts[text]]);
                    Close.Assert(logits.AsSpan(text * 31, 31), whole, 1e-5, 1e-5, $"text {text}, round {round}");
                }
                int[] next = [random.Next(31), random.Next(31), random.Next(31)];
                for (var text = 0; text < texts.Length; text++)
                    texts[text].Add(next[text]);
                logits = decoder.Continue(next);
            }
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void FullContext_IsForgottenButForItsLastHalf(GptConfig config)
    {
        using var device = Device.Open();
        using var model = new GptModel(device, config, seed: 3);
        using var decoder = new GptDecoder(device, model, texts: 2);
        int[] text = [.. Enumerable.Range(3, 12)]; // as long as the context
        decoder.Begin([text, [7]]);
        var logits = decoder.Continue([9, 8]).ToArray();
        var further = decoder.Continue([2, 1]);
        using (Assert.EnterMultipleScope())
        {
            Close.Assert(logits.AsSpan(0, 31), Full(device, model, [.. text[6..], 9]), 1e-5, 1e-5, "the full one");
            Close.Assert(logits.AsSpan(31), Full(device, model, [7, 8]), 1e-5, 1e-5, "the other");
            Close.Assert(further.AsSpan(0, 31), Full(device, model, [.. text[6..], 9, 2]), 1e-5, 1e-5, "a token later");
        }
    }

    [Test]
    public void LongPrompt_IsReadFromItsLastContext()
    {
        using var device = Device.Open();
        using var model = new GptModel(device, Small, seed: 3);
        using var decoder = new GptDecoder(device, model, texts: 1);
        int[] text = [.. Enumerable.Range(3, 20)];
        Close.Assert(decoder.Begin([text]), Full(device, model, text[^12..]), 1e-5, 1e-5, "logits");
    }

    [Test]
    public void Decoding_IsReplayed()
    {
        using var device = Device.Open();
        using var model = new GptModel(device, Small with { Context = 40 }, seed: 3);
        using var decoder = new GptDecoder(device, model, texts: 2);
        decoder.Begin([[1], [2, 3]]);
        for (var round = 0; round < 20; round++)
            decoder.Continue([round, round]);
        Assert.That(decoder.Replays, Is.GreaterThan(10));
    }

    [TestCaseSource(nameof(GreedyCases))]
    [Category(Fixtures.Category)]
    public void GreedyDecoding_WritesTheHubsTokens(string folder, string name)
    {
        using var device = Device.Open();
        using var model = GptFiles.Load(device, new(Fixtures.Require(folder)));
        var entry = Read(Path.Combine(Fixtures.Require(folder), "generation.json")).Single(entry => Name(entry) == name);
        int[][] padded = Rows(entry, "input_ids"), masks = Rows(entry, "attention_mask"), expected = Rows(entry, "sequences");
        var end = entry.GetProperty("eos_token_id") is { ValueKind: JsonValueKind.Number } id ? id.GetInt32() : (int?)null;
        var padding = entry.GetProperty("pad_token_id").GetInt32();
        int[][] prompts = [.. padded.Zip(masks, (row, mask) => row.Where((_, place) => mask[place] == 1).ToArray())];
        using var decoder = new GptDecoder(device, model, prompts.Length);
        var writer = new TokenWriter(decoder, prompts, new() { Temperature = 0 }, end);
        var written = writer.Write(entry.GetProperty("max_new_tokens").GetInt32()).ToLookup(token => token.Text, token => token.Token);
        using (Assert.EnterMultipleScope())
        {
            for (var text = 0; text < prompts.Length; text++)
            {
                int[] sequence = [.. padded[text], .. written[text]];
                Assert.That(sequence, Is.EqualTo(expected[text].Take(sequence.Length)), $"text {text}");
                Assert.That(expected[text].Skip(sequence.Length), Is.All.EqualTo(padding), $"text {text} ends");
            }
        }
    }

    [Test]
    public void Texts_DoNotDependOnTheirNeighbours()
    {
        using var device = Device.Open();
        var tokenizer = CharTokenizer.Of("abcdefghijklmnopqrstuvwxyz .,!?");
        var model = new GptModel(device, Small with { VocabSize = tokenizer.Count }, seed: 3);
        using var generator = GptGenerator.Of(device, model, tokenizer);
        var options = new GenerationOptions { Length = 30 };
        var greedy = options with { Sampling = new() { Temperature = 0 } };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(generator.Complete(["a cat", "b"], options)[0], Is.EqualTo(generator.Complete(["a cat"], options)[0]), "the first");
            Assert.That(generator.Complete(["a cat", "b"], greedy)[1], Is.EqualTo(generator.Complete(["b"], greedy)[0]), "the second");
            var same = generator.Complete(["b", "b"], options);
            Assert.That(same[0], Is.Not.EqualTo(same[1]), "random streams of their own");
            Assert.That(generator.Complete([], options), Is.Empty);
            Assert.That(generator.Complete("a", 0), Is.Empty);
            Assert.That(generator.Complete("", 5), Has.Length.EqualTo(5));
            Assert.That(
                () => generator.Complete("ä", 5),
                Throws.TypeOf<DataException>().With.Message.Contains("'ä' (U+00E4), is not among the 31"));
        }
    }

    [Test]
    public void StopWords_EndTextsBeforeThem()
    {
        var whole = Written([]);
        var word = whole[7..10];
        var place = whole.IndexOf(word, StringComparison.Ordinal);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Written([word]), Is.EqualTo(whole[..place]));
            Assert.That(Written(["never written", word]), Is.EqualTo(whole[..place]), "the first that comes");
            Assert.That(Written([$"{whole[^3..]}!!"]), Is.EqualTo(whole), "what was held back comes in the end");
            Assert.That(() => Written([""]), Throws.ArgumentException.With.Message.Contains("empty"));
        }

        static string Written(string[] stop)
        {
            using var device = Device.Open();
            var tokenizer = CharTokenizer.Of("abcdefghijklmnopqrstuvwxyz .,?");
            var model = new GptModel(device, Small with { VocabSize = tokenizer.Count }, seed: 3);
            using var generator = GptGenerator.Of(device, model, tokenizer);
            return generator.Complete(["a"], new() { Length = 25, Stop = stop, Sampling = new() { Temperature = 1.5f } })[0];
        }
    }

    [Test]
    public void StopWords_HoldBackNoMoreThanTheyMust()
    {
        var words = new StopWords(["END", "\n\n"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(words.Add("one E"), Is.EqualTo("one "));
            Assert.That(words.Add("N"), Is.Empty);
            Assert.That(words.Add("T\n"), Is.EqualTo("ENT"));
            Assert.That(words.Add("END of it"), Is.EqualTo("\n"));
            Assert.That(words.IsOver);
            Assert.That(words.Flush(), Is.Empty);
        }
    }

    [Test]
    public void EndOfText_EndsATextAndIsNotWritten()
    {
        using var device = Device.Open();
        var tokenizer = CharTokenizer.Of("abcdefghijklmnopqrstuvwxyz .,!?");
        var config = Small with { VocabSize = tokenizer.Count };
        using var endless = GptGenerator.Of(device, new GptModel(device, config, seed: 3), tokenizer);
        var whole = endless.Complete("a", 25);
        var end = whole[9];
        config = config with { EosTokenId = tokenizer.Find($"{end}") };
        using var ending = GptGenerator.Of(device, new GptModel(device, config, seed: 3), tokenizer);
        Assert.That(ending.Complete("a", 25), Is.EqualTo(whole[..whole.IndexOf(end, StringComparison.Ordinal)]));
    }

    [Test]
    public void Sampler_FollowsEachOption()
    {
        float[] logits = [0f, 1f, 2f, 3f, -1f]; // shares 0.031, 0.086, 0.233, 0.636, 0.012
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Counts(new() { TopP = 0.6f }), Is.EqualTo(new[] { 0, 0, 0, 4000, 0 }));
            Assert.That(Counts(new() { TopP = 0.7f })[..2], Is.All.Zero);
            Assert.That(Counts(new() { TopP = 0.7f })[2], Is.EqualTo(4000 / (1 + Math.E)).Within(120));
            Assert.That(Counts(new() { TopP = 0.98f })[4], Is.Zero);
            Assert.That(Counts(new() { TopP = 0.98f })[0], Is.Not.Zero);
            Assert.That(Counts(new() { TopK = 3, TopP = 0.98f })[..2], Has.One.Zero);
            Assert.That(Counts(new() { TopK = 3, Temperature = 100f })[1], Is.EqualTo(4000 / 3).Within(120));
            Assert.That(Counts(new() { TopK = 10 }), Is.EqualTo(Counts(new())), "more than there are");
            Assert.That(() => Counts(new() { TopP = 0f }), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => Counts(new() { RepetitionPenalty = 0f }), Throws.InstanceOf<ArgumentException>());
        }

        int[] Counts(SamplingOptions options)
        {
            var sampler = new Sampler(options);
            var counts = new int[logits.Length];
            for (var i = 0; i < 4000; i++)
                counts[sampler.Choose(logits)]++;
            return counts;
        }
    }

    [Test]
    public void RepetitionPenalty_TurnsToWhatTheTextHasNot()
    {
        float[] logits = [1.5f, 2f, 3f, -1f];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Chosen(1.6f, [], logits), Is.EqualTo(new[] { 2, 1, 2 }), "3 counts 1.875, then 2 counts 1.25");
            Assert.That(Chosen(2.5f, [], logits), Is.EqualTo(new[] { 2, 1, 0 }), "3 counts 1.2, then 2 counts 0.8");
            Assert.That(Chosen(1.6f, [1], logits), Is.EqualTo(new[] { 2, 2, 2 }), "2 counts 1.25 from the start");
            Assert.That(Chosen(1.6f, [0], [-1f, -1.5f])[0], Is.EqualTo(1), "-1 counts -1.6");
        }

        static int[] Chosen(float penalty, int[] prompt, float[] logits)
        {
            var sampler = new Sampler(new() { Temperature = 0, RepetitionPenalty = penalty });
            sampler.Read(prompt);
            return [.. Enumerable.Range(0, 3).Select(_ => sampler.Choose(logits))];
        }
    }

    private static float[] Full(Device device, GptModel model, int[] text)
    {
        using var graph = device.BeginGraph(isTraining: false);
        return model.Logits(model.Forward(graph, graph.Input(text, [1, text.Length])).Hidden).ToArray()[^model.Config.VocabSize..];
    }

    private static IEnumerable<TestCaseData> GreedyCases() =>
        from file in Fixtures.Find("generation.json")
        from name in Fixtures.Folder is null ? ["none"] : Read(Path.Combine(Fixtures.Folder, file)).Select(Name)
        select new TestCaseData(Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder : file, name);

    private static string Name(JsonElement entry) => entry.GetProperty("case").GetString()!;

    private static JsonElement[] Read(string path) =>
        File.Exists(path) ? [.. JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("cases").EnumerateArray()] : [];

    private static int[][] Rows(JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetInt32()).ToArray())];
}
