using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models.Tests;

/// <summary>Transformers that rewrite texts, from pairs of texts to translations.</summary>
public sealed class TransformerTranslationTests
{
    private static readonly TransformerConfig Small = new()
    {
        SourceVocabSize = 1,
        TargetVocabSize = 1,
        HiddenSize = 64,
        EncoderLayers = 2,
        DecoderLayers = 2,
        NumHeads = 4,
        InnerSize = 128,
        Dropout = 0f,
    };

    private static IEnumerable<TestCaseData> Forms => new[]
    {
        Small,
        Small with { NormFirst = false },
        Small with { SharedVocabulary = false, Positions = PositionKind.Learned },
        Small with { Activation = Activation.Gelu, EncoderLayers = 1, DecoderLayers = 3 },
    }.Select(form => new TestCaseData(form).SetArgDisplayNames(
        $"{(form.NormFirst ? "pre" : "post")}, {(form.SharedVocabulary ? "shared" : "separate")}, {form.Positions}, {form.Activation}"));

    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(nameof(Forms))]
    public void Gradients_OfAllParametersAreRight(TransformerConfig form)
    {
        using var model = Tiny(form with { Dropout = 0.2f, AttentionDropout = 0.1f, InnerDropout = 0.1f });
        using var graph = _device.BeginGraph(new RandomStream(1));
        var loss = model.Loss(graph, Batch([[4, 5, 3], [6, 3]], [[5, 4, 6], [7]]), labelSmoothing: 0.1f);
        var report = graph.CheckGradients(loss, [.. model.Parameters.Parameters], new() { MaxElements = 6 });
        Assert.That(report.Passed, report.ToString());
        Gradients.AreThere(model.Parameters);
    }

    [TestCaseSource(nameof(Forms))]
    public void Padding_ChangesNothing(TransformerConfig form)
    {
        using var model = Tiny(form);
        int[][] sources = [[4, 5, 6, 7, 8, 9, 4, 5, 6, 3], [7, 3]];
        var together = Logits(model, Batch(sources, [[4, 5, 6, 7, 8, 9, 5, 6], [5, 4]]), row: 1, words: 3);
        var alone = Logits(model, Batch(sources[1..], [[5, 4]]), row: 0, words: 3);
        Assert.That(together, Is.EqualTo(alone).Within(1e-5f));
    }

    [TestCaseSource(nameof(Forms))]
    public void Cache_GivesTheLogitsOfWholeTexts(TransformerConfig form)
    {
        using var model = Tiny(form);
        int[][] sources = [[4, 5, 6, 8, 3], [7, 3]];
        int[][] targets = [[5, 4, 6, 9], [8, 8, 4, 7]];
        var whole = Enumerable.Range(0, 4).Select(row => // two beginnings of each source: its own target and the other one
            Logits(model, Batch([sources[row / 2]], [targets[row % 2]]), row: 0, words: 5)).ToArray();
        using var search = new TransformerSearch(_device, model, sources, beam: 2, maxLength: 5);
        var steps = Enumerable.Range(0, 4).Select(_ => new List<float>()).ToArray();
        for (var step = 0; step < 5; step++)
        {
            using var graph = _device.BeginGraph(isTraining: false);
            var logits = search.Logits(
                graph, [.. Enumerable.Range(0, 4).Select(row => step == 0 ? SentenceVocabulary.BeginId : targets[row % 2][step - 1])]).ToArray();
            foreach (var (row, scores) in logits.Chunk(model.Config.TargetVocabSize).Index())
                steps[row].AddRange(scores);
        }
        for (var row = 0; row < 4; row++)
            Assert.That(steps[row], Is.EqualTo(whole[row]).Within(1e-5f), $"row {row}");
    }

    [Test]
    public void Beam_ThatKeepsAllBeginningsFindsTheLikeliestText([Values(0.0, 1.0)] double penalty)
    {
        using var model = Tiny(Small, vocabSize: 7); // of them, 4 to 6 are text
        int[] source = [4, 6, 5, 3];
        const int MaxLength = 3;
        using var search = new TransformerSearch(_device, model, [source], beam: 6, MaxLength);
        var found = new BeamSearch(beam: 6, penalty).Run([MaxLength], (words, origins, count) => search.Next(words, origins, Math.Min(count, 7), true));
        var best = Texts(MaxLength - 1).MaxBy(text => Likelihood(model, source, text) / Math.Pow((5.0 + text.Length + 1) / 6, penalty))!;
        Assert.That(found[0].Words, Is.EqualTo(best));
    }

    [Test]
    public void Sentences_AreLearned([Values] bool shared)
    {
        using var folder = new TemporaryFolder();
        var config = Small with { SharedVocabulary = shared, NormFirst = shared };
        var result = Train(folder.Path, config, new() { MaxSteps = 300 }, Corpus(0));
        using var translator = TrainedModels.LoadTranslator(_device, new(folder.Path));
        Assert.Multiple(() =>
        {
            Assert.That(result.Evaluation!.Metrics["exact_match"], Is.GreaterThan(0.8));
            Assert.That(result.Evaluation.Metrics["bleu"], Is.GreaterThan(90));
            Assert.That(result.Replays, Is.GreaterThan(200), "through the recorded path");
            Assert.That(
                translator.Translate(["Does the big black cat see a red ball?", ""], new() { Beam = 3 }).Select(text => text.Text),
                Is.EqualTo(new[] { "Est-ce que le grand chat noir voit une balle rouge ?", "" }));
            Assert.That(Directory.GetFiles(folder.File("pictures")), Has.Length.EqualTo(4 + 1 + 4), "sentences, layers, heads");
        });
    }

    [Test]
    public void ShuffledTranslations_AreNotLearned()
    {
        using var folder = new TemporaryFolder();
        var corpus = Corpus(0);
        var targets = corpus.Train.Select(pair => pair.Target).ToArray();
        new SplitMix64(3).Shuffle(targets.AsSpan());
        var shuffled = corpus with { Train = [.. corpus.Train.Zip(targets, (pair, target) => pair with { Target = target })] };
        var result = Train(folder.Path, Small, new() { MaxSteps = 150 }, shuffled);
        Assert.That(result.Evaluation!.Metrics["exact_match"], Is.LessThan(0.02));
    }

    [Test]
    public void Search_WithABeamOfOneIsGreedyAndWiderOnesFindLikelierTranslations()
    {
        using var folder = new TemporaryFolder();
        using var task = Task(Small, new(), Corpus(0));
        using var trainer = new Trainer(task, new() { MaxSteps = 40, LearningRate = 2e-3f, EvaluateEvery = 1000 }, new(folder.Path));
        trainer.Run();
        string[] texts = [.. Corpus(0).Held.Take(40).Select(pair => pair.Source)];
        var (one, five) = (task.Translator.Translate(texts, SearchOptions.Greedy), task.Translator.Translate(texts, new()));
        var alone = texts.SelectMany(text => task.Translator.Translate([text], new())).Select(translation => translation.Text);
        Assert.Multiple(() =>
        {
            Assert.That(one.Select(translation => translation.Text), Is.EqualTo(texts.Select(text => Greedy(task, text))));
            Assert.That(five.Sum(translation => translation.Score), Is.GreaterThan(one.Sum(translation => translation.Score)));
            Assert.That(five.Select(translation => translation.Text), Is.EqualTo(alone), "what is translated beside does not matter");
        });
    }

    [Test]
    public void Length_IsBetweenTheBoundsOfTheSearch()
    {
        using var task = Task(Small, new(), Corpus(0)); // untrained: any token is as likely
        var translator = (TransformerTranslator)task.Translator;
        foreach (var beam in new[] { 1, 3 })
        {
            var found = translator.Search([[4, 5, 3], [6, 3]], new() { Beam = beam, MinLength = 4, MaxLength = 6 });
            Assert.That(found.Select(one => one.Words.Length), Is.All.InRange(4, 6));
            Assert.That(found.SelectMany(one => one.Words), Has.All.GreaterThan(SentenceVocabulary.EndId), "text alone");
        }
    }

    [Test]
    public void Alignment_HasAWeightForEveryPairOfTokens()
    {
        using var task = Task(Small, new(), Corpus(0));
        var alignment = task.Translator.Align(new("The cat.", "Le chat noir.", 0))!;
        var layers = ((TransformerTranslator)task.Translator).CrossAttention(new("The cat.", "Le chat noir.", 0));
        Assert.Multiple(() =>
        {
            Assert.That(alignment.Source, Is.EqualTo(new[] { "The", "cat", ".", "</s>" }));
            Assert.That(alignment.Target, Is.EqualTo(new[] { "Le", "chat", "noir", ".", "</s>" }));
            for (var row = 0; row < 5; row++)
                Assert.That(Enumerable.Range(0, 4).Sum(column => alignment.Weights[row, column]), Is.EqualTo(1).Within(1e-5));
            Assert.That(layers, Has.Count.EqualTo(2));
            Assert.That(layers[1].Heads.Average(head => head.Weights[2, 1]), Is.EqualTo(alignment.Weights[2, 1]).Within(1e-6));
        });
    }

    [Test]
    public void Batches_HoldEveryPairOnceInFewShapes()
    {
        var pairs = ManyPairs();
        var batches = new TokenBatches(pairs, tokens: 256, most: 24, seed: 1);
        var batch = batches.NewBatch();
        var shapes = new HashSet<string>();
        foreach (var epoch in new[] { 0, 3 })
        {
            var (seen, items) = (new List<string>(), 0);
            for (var index = 0; index < batches.BatchesPerEpoch; index++)
            {
                items += batches.Read(epoch, index, batch);
                shapes.Add(string.Join(' ', batch.Select(tensor => tensor.Shape)));
                Assert.That(batch[TokenBatches.Sources].Shape.ElementCount, Is.LessThanOrEqualTo(256));
                Assert.That(batch[TokenBatches.Targets].Shape.ElementCount, Is.LessThanOrEqualTo(256));
                seen.AddRange(Rows(batch));
            }
            Assert.That(seen, Is.EquivalentTo(pairs.Select(pair => $"{string.Join(' ', pair.Source)} | {string.Join(' ', pair.Target)}")));
            Assert.That(items, Is.EqualTo(pairs.Sum(pair => pair.Target.Length + 1)));
        }
        Assert.That(shapes, Has.Count.InRange(4, 16));
    }

    [Test]
    public void Batches_DifferFromEpochToEpochAndDependOnNothingElse()
    {
        var (one, other) = (new TokenBatches(ManyPairs(), 256, 24, seed: 1), new TokenBatches(ManyPairs(), 256, 24, seed: 1));
        var (a, b) = (one.NewBatch(), other.NewBatch());
        one.Read(0, 0, a);
        one.Read(2, 1, a);
        other.Read(2, 1, b);
        Assert.That(Rows(a), Is.EqualTo(Rows(b)));
        other.Read(3, 1, b);
        Assert.That(Rows(a), Is.Not.EqualTo(Rows(b)));
    }

    [TestCase(1, new[] { 9 })]
    [TestCase(2, new[] { 4, 9 })]
    [TestCase(3, new[] { 3, 4, 9 })]
    [TestCase(9, new[] { 2, 3, 4, 8, 9 })]
    public void Widths_LeaveLittlePadding(int most, int[] widths) =>
        Assert.That(PaddedWidths.Choose([3, 3, 3, 2, 8, 9, 4, 9], most), Is.EqualTo(widths));

    [Test]
    public void Sinusoids_AreThoseOfThePaper()
    {
        var table = TransformerEmbedding.Sinusoids(4, 6);
        Assert.Multiple(() =>
        {
            Assert.That(table[..6], Is.EqualTo(new[] { 0f, 1, 0, 1, 0, 1 }));
            Assert.That(table[3 * 6], Is.EqualTo(Math.Sin(3)).Within(1e-6));
            Assert.That(table[3 * 6 + 3], Is.EqualTo(Math.Cos(3 / Math.Pow(10000, 2 / 6.0))).Within(1e-6));
        });
    }

    [Test]
    public void Words_BeyondThePositionsAreRefusedAndTextsCut()
    {
        using var model = Tiny(Small with { MaxPositions = 4 });
        using var graph = _device.BeginGraph(isTraining: false);
        Assert.That(
            () => model.Logits(graph, Batch([[4, 3]], [[4, 5, 6, 7]])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("positions 0 to 4 of 4"));
        using var task = Task(Small with { MaxPositions = 8 }, new(), Corpus(0));
        var text = string.Concat(Enumerable.Repeat("The cat sees the dog. ", 10));
        Assert.That(() => task.Translator.Translate([text], SearchOptions.Greedy), Throws.Nothing);
    }

    [Test]
    public void Pairs_ThatAreAllTooLongAreNamed() => Assert.That(
        () => Task(Small with { MaxPositions = 2 }, new(), Corpus(0)),
        Throws.TypeOf<DataException>().With.Message.Contains("no pair has fewer than 2 tokens"));

    [Test]
    public void Config_IsReadAsItWasWritten()
    {
        using var folder = new TemporaryFolder();
        var config = Small with
        {
            SourceVocabSize = 7,
            TargetVocabSize = 9,
            SharedVocabulary = false,
            Activation = Activation.Gelu,
            Positions = PositionKind.Learned,
            Kind = RewritingKind.Summarization,
            Reverse = true,
        };
        config.Save(folder.File("config.json"));
        Assert.That(TransformerConfig.Load(folder.File("config.json")), Is.EqualTo(config));
    }

    [TestCase("{\"model_type\": \"mlp\"}", "'mlp', not 'transformer'")]
    [TestCase("{\"model_type\": \"transformer\", \"source_vocab_size\": 0, \"target_vocab_size\": 5}", "not positive")]
    [TestCase("{\"model_type\": \"transformer\", \"source_vocab_size\": 4, \"target_vocab_size\": 5}", "4 tokens for the source and 5")]
    [TestCase("{\"model_type\": \"transformer\", \"source_vocab_size\": 5, \"target_vocab_size\": 5, \"num_heads\": 3}", "3 heads do not divide")]
    [TestCase("{\"model_type\": \"transformer\", \"source_vocab_size\": 5, \"target_vocab_size\": 5, \"dropout\": 1}", "not in [0, 1)")]
    public void Config_RefusesOtherFiles(string json, string reason)
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            () => TransformerConfig.Load(folder.Write("config.json", json)),
            Throws.TypeOf<DataException>().With.Message.Contains("config.json").And.Message.Contains(reason));
    }

    [Test]
    public void Tokenizer_ThatDoesNotFitTheModelIsNamed()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path, Small, new() { MaxSteps = 1 }, Corpus(0));
        TransformerConfig.Load(folder.File("config.json")).Save(folder.File("config.json"));
        ByteLevelBpe.Train(["The cat sees the dog."], 270).Save(folder.Path);
        Assert.That(
            () => TrainedModels.LoadTranslator(_device, new(folder.Path)),
            Throws.TypeOf<DataException>().With.Message.Contains("tokens, and the model"));
    }

    private static ParallelCorpus Corpus(ulong seed) => ParallelCorpus.Read(new RecipeData(), reverse: false, seed);

    private TransformerModel Tiny(TransformerConfig form, int vocabSize = 10) => new(
        _device,
        form with
        {
            SourceVocabSize = vocabSize,
            TargetVocabSize = vocabSize,
            HiddenSize = 8,
            NumHeads = 2,
            InnerSize = 12,
        },
        seed: 5);

    private static Batch Batch(int[][] sources, int[][] targets)
    {
        var width = targets.Max(words => words.Length) + 1;
        var batch = new TokenBatches([new([3], [])], 1, 1, 0).NewBatch();
        TokenBatches.WriteSources(sources, sources.Max(words => words.Length), batch);
        PaddedIds.Write([.. targets.Select(words => (int[])[SentenceVocabulary.BeginId, .. words])], batch[TokenBatches.Inputs], width: width);
        PaddedIds.Write([.. targets.Select(words => (int[])[.. words, SentenceVocabulary.EndId])], batch[TokenBatches.Targets], width: width);
        return batch;
    }

    private static EncodedPair[] ManyPairs()
    {
        var random = new SplitMix64(4);
        return [.. Enumerable.Range(0, 1500).Select(i => new EncodedPair(
            [i + 4, .. new int[random.Next(20)].Select(_ => 5), 3], [i + 4, .. new int[random.Next(25)].Select(_ => 6)]))];
    }

    // The pairs of a batch, as text; rows without a target teach nothing.
    private static IEnumerable<string> Rows(Batch batch)
    {
        var (sources, targets) = (Rows(batch[TokenBatches.Sources]), Rows(batch[TokenBatches.Targets]));
        return sources.Zip(targets, (source, target) => $"{source} | {target}").Where(row => row != " | ")
            .Select(row => row[..row.LastIndexOf(' ')]);

        static IEnumerable<string> Rows(HostTensor ids) =>
            ids.Ints.ToArray().Chunk(ids.Shape[1]).Select(row => string.Join(' ', row.TakeWhile(id => id != Vocabulary.PaddingId)));
    }

    // Of the first words of a row.
    private float[] Logits(TransformerModel model, Batch batch, int row, int words)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        var logits = model.Logits(graph, batch);
        var (width, tokens) = (logits.Shape[1], model.Config.TargetVocabSize);
        return logits.ToArray().AsSpan(row * width * tokens, words * tokens).ToArray();
    }

    // All texts of up to so many of the tokens 4 to 6.
    private static IEnumerable<int[]> Texts(int length) => length == 0
        ? [[]]
        : Texts(length - 1).Concat(Texts(length - 1).Where(text => text.Length == length - 1).SelectMany(text =>
            Enumerable.Range(4, 3).Select(word => (int[])[.. text, word])));

    // Of the words of a text and its end, among words that are text.
    private double Likelihood(TransformerModel model, int[] source, int[] text)
    {
        var logits = Logits(model, Batch([source], [text]), row: 0, words: text.Length + 1).Chunk(model.Config.TargetVocabSize);
        return logits.Zip([.. text, SentenceVocabulary.EndId], (scores, word) =>
            scores[word] - Math.Log(scores[SentenceVocabulary.EndId..].Sum(score => Math.Exp(score)))).Sum();
    }

    private string Greedy(TransformerTask task, string text)
    {
        var codec = ((TransformerTranslator)task.Translator).Codec;
        var (source, words) = (codec.EncodeSource(text), new List<int>());
        while (words.Count < SearchOptions.Greedy.MaxLengthOf(source.Length))
        {
            var scores = Logits(task.Model, Batch([source], [[.. words]]), row: 0, words: words.Count + 1)
                .AsSpan(words.Count * task.Model.Config.TargetVocabSize);
            scores[..SentenceVocabulary.EndId].Fill(float.NegativeInfinity);
            if (scores.IndexOfMax() == SentenceVocabulary.EndId)
                break;
            words.Add(scores.IndexOfMax());
        }
        return codec.Decode(words);
    }

    private TransformerTask Task(TransformerConfig config, TrainingOptions options, ParallelCorpus corpus) =>
        new(_device, corpus, config, new() { VocabSize = 1000, BatchTokens = 512 }, options with { Batch = 64 });

    private TrainingResult Train(string folder, TransformerConfig config, TrainingOptions options, ParallelCorpus corpus)
    {
        options = options with { LearningRate = 2e-3f, Schedule = "inverse-sqrt,warmup=50", EvaluateEvery = 1000 };
        using var task = Task(config, options, corpus);
        using var trainer = new Trainer(task, options, new(folder));
        return trainer.Run();
    }
}
