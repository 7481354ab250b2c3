using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Taggers, from tagged sentences to spans.</summary>
public sealed class TaggerTests
{
    private static readonly TaggerConfig Small = new()
    {
        EmbeddingSize = 16,
        ShapeSize = 4,
        CharacterSize = 8,
        CharacterHidden = 12,
        HiddenSize = 16,
        MaxWordLength = 10,
        Dropout = 0.2f,
    };

    [Test]
    public void Names_AreLearnedFromTheBuiltInSentences()
    {
        var (result, run) = Train(BuiltInTaggedSentences.Corpus, new() { MaxSteps = 120, Batch = 16, LearningRate = 2e-2f });
        using var folder = run;
        using var device = Device.Open();
        using var tagger = TrainedModels.LoadTagger(device, new(folder.Path));
        var again = TrainedModels.Evaluate(device, new(folder.Path), WriteValidation(folder));
        Assert.Multiple(() =>
        {
            Assert.That(result.Evaluation!.Metrics["f1"], Is.GreaterThan(0.85));
            Assert.That(result.Replays, Is.GreaterThan(80), "through the recorded path");
            Assert.That(again.Metrics["f1"], Is.GreaterThan(0.85), "the model that was saved");
            Assert.That(again.Examples, Is.EqualTo(BuiltInTaggedSentences.Corpus.Validation.Count));
            Assert.That(again.Metrics.Keys, Is.SupersetOf(new[] { "precision", "recall", "accuracy" }));
            Assert.That(again.ByClass.Keys, Is.SupersetOf(new[] { "f1_PER", "recall_ORG" }));
            Assert.That(
                tagger.Tag([["Anna", "Holdor", "lives", "in", "Limford", "."], []]),
                Is.EqualTo(new[] { new[] { "B-PER", "I-PER", "O", "O", "B-LOC", "O" }, [] }));
            Assert.That(Directory.GetFiles(folder.File("pictures")).Select(Path.GetFileName), Is.EquivalentTo(
                new[] { "spans.svg", "tags.svg", "transitions.svg" }));
            Assert.That(File.ReadAllText(folder.File("samples.jsonl")), Does.Contain("]PER"));
        });
    }

    [Test]
    public void TagsOfOtherSentences_AreNotLearned()
    {
        var (train, random) = (BuiltInTaggedSentences.Corpus.Train.ToArray(), new SplitMix64(5));
        var shuffled = train.Select(sentence =>
        {
            var tags = sentence.Tags.ToArray();
            random.Shuffle(tags.AsSpan());
            return sentence with { Tags = TagSpan.ToTags(TagSpan.Of(tags), tags.Length) };
        }).ToArray();
        var (result, run) = Train(
            new(shuffled, BuiltInTaggedSentences.Corpus.Validation), new() { MaxSteps = 120, Batch = 16, LearningRate = 2e-2f });
        run.Dispose();
        Assert.That(result.Evaluation!.Metrics["f1"], Is.LessThan(0.3));
    }

    [Test]
    public void Parameters_AllGetGradients([Values] CharacterFeatures characters, [Values] bool crf)
    {
        using var device = Device.Open();
        using var task = new TaggerTask(
            device, BuiltInTaggedSentences.Corpus, Small with { Characters = characters, Crf = crf, NumLayers = 2 }, new(), batch: 8,
            seed: 1);
        Gradients.AreThere(task);
    }

    [Test]
    public void Names_AreThoseOfTheLayers()
    {
        using var device = Device.Open();
        using var model = new TaggerModel(
            device, Small with { VocabSize = 9, CharacterVocabSize = 8, ShapeVocabSize = 7, Tags = ["O", "B-P", "I-P"] });
        Assert.That(model.Parameters.Parameters.Select(parameter => parameter.ToString()), Is.EqualTo(new[]
        {
            "words.weight [9, 16]", "shapes.weight [7, 4]", "characters.weight [8, 8]",
            "convolution.weight [12, 8, 3]", "convolution.bias [12]",
            "rnn.weight_ih_l0 [64, 32]", "rnn.weight_hh_l0 [64, 16]", "rnn.bias_ih_l0 [64]", "rnn.bias_hh_l0 [64]",
            "rnn.weight_ih_l0_reverse [64, 32]", "rnn.weight_hh_l0_reverse [64, 16]", "rnn.bias_ih_l0_reverse [64]",
            "rnn.bias_hh_l0_reverse [64]", "output.weight [3, 32]", "output.bias [3]",
            "crf.start_transitions [3]", "crf.end_transitions [3]", "crf.transitions [3, 3]",
        }));
    }

    [Test]
    public void Padding_DoesNotMatter([Values] CharacterFeatures characters, [Values] bool crf)
    {
        using var device = Device.Open();
        var config = Small with { Characters = characters, Crf = crf };
        using var task = new TaggerTask(device, BuiltInTaggedSentences.Corpus, config, new(), batch: 8, seed: 1);
        var features = TaggerFeatures.Of(BuiltInTaggedSentences.Corpus.Train, minCount: 1);
        using var tagger = new Tagger(device, task.Model, features);
        var corpus = BuiltInTaggedSentences.Corpus.Train;
        var (shortest, longest) = (corpus.MinBy(sentence => sentence.Tokens.Count)!, corpus.MaxBy(sentence => sentence.Tokens.Count)!);
        var alone = Loss(shortest) * shortest.Tokens.Count + Loss(longest) * longest.Tokens.Count;
        Assert.Multiple(() =>
        {
            Assert.That(PaddedIds.Width(longest.Tokens.Count), Is.GreaterThan(PaddedIds.Width(shortest.Tokens.Count)));
            Assert.That(
                Loss(shortest, longest) * (shortest.Tokens.Count + longest.Tokens.Count), Is.EqualTo(alone).Within(1e-4 * alone));
        });

        double Loss(params TaggedSentence[] sentences) => tagger.Measure(sentences, CancellationToken.None).Loss;
    }

    [Test]
    public void EmptyWords_AreTagged([Values] CharacterFeatures characters)
    {
        using var device = Device.Open();
        var corpus = BuiltInTaggedSentences.Corpus;
        using var task = new TaggerTask(device, corpus, Small with { Characters = characters }, new(), batch: 8, seed: 1);
        using var tagger = new Tagger(device, task.Model, TaggerFeatures.Of(corpus.Train, minCount: 1));
        Assert.That(tagger.Tag([["", "Anna"]]).Single(), Has.Count.EqualTo(2));
    }

    [TestCase("McDonald", "XxXx")]
    [TestCase("@bob_99", "@x_0")]
    [TestCase("USA", "X")]
    [TestCase("1,200", "0,0")]
    [TestCase("😀😀", "😀")]
    public void Shape_WritesRunsOnce(string word, string shape) => Assert.That(TaggerFeatures.ShapeOf(word), Is.EqualTo(shape));

    [Test]
    public void RareWords_AreReplacedMoreOften()
    {
        using var device = Device.Open();
        using var task = new TaggerTask(
            device, BuiltInTaggedSentences.Corpus, Small, new() { WordDropout = 1 }, batch: 16, seed: 1);
        var batch = task.Batches.NewBatch();
        var counts = new int[task.Model.Config.VocabSize];
        for (var epoch = 0; epoch < 4; epoch++)
        {
            for (var index = 0; index < task.Batches.BatchesPerEpoch; index++)
            {
                task.Batches.Read(epoch, index, batch);
                foreach (var id in batch[TaggerBatch.Words].Ints)
                    counts[id]++;
            }
        }
        task.Batches.Read(0, 0, batch);
        var first = batch[TaggerBatch.Words].Ints.ToArray();
        task.Batches.Read(1, 0, batch);
        task.Batches.Read(0, 0, batch);
        var rare = BuiltInTaggedSentences.Corpus.Train.SelectMany(sentence => sentence.Tokens).CountBy(TaggerFeatures.Normal)
            .Sum(word => 4.0 * word.Value / (1 + word.Value));
        Assert.Multiple(() =>
        {
            Assert.That(counts[Vocabulary.UnknownId], Is.EqualTo(rare).Within(4 * Math.Sqrt(rare)), "a / (a + n) of n");
            Assert.That(batch[TaggerBatch.Words].Ints.ToArray(), Is.EqualTo(first), "a batch depends on epoch and place alone");
        });
    }

    [Test]
    public void Folder_IsReadByTheNamesOfItsFiles()
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.train.conll", "a O\n\nb B-P\n");
        folder.Write("x.dev.conll", "c B-P\n");
        folder.Write("x.test.conll", "d B-P\n");
        folder.Write("README.md", "not data");
        var corpus = TaggedCorpus.Read(folder.Path, null, seed: 1);
        var other = TaggedCorpus.Read(folder.Path, folder.File("x.test.conll"), seed: 1);
        var held = folder.File("x.dev.conll");
        var several = TaggedCorpus.Read($"{folder.File("x.train.conll")},{held}", held, seed: 1);
        Assert.Multiple(() =>
        {
            Assert.That(Words(corpus.Train), Is.EqualTo("a b"));
            Assert.That(Words(corpus.Validation), Is.EqualTo("c"));
            Assert.That(Words(other.Train), Is.EqualTo("a b"));
            Assert.That(Words(other.Validation), Is.EqualTo("d"));
            Assert.That(Words(several.Train), Is.EqualTo("a b"), "what is measured on is not learned from");
        });

        static string Words(IEnumerable<TaggedSentence> sentences) => string.Join(' ', sentences.SelectMany(sentence => sentence.Tokens));
    }

    [Test]
    public void HeldBackDocuments_AreWhole()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("wiki.conll", string.Concat(Enumerable.Range(0, 40).Select(i => $"{i} I-P\n\n{i} O\n\n-DOCSTART- O\n\n")));
        var corpus = TaggedCorpus.Read(path, null, seed: 1);
        Assert.Multiple(() =>
        {
            Assert.That(corpus.Validation, Has.Count.EqualTo(8));
            Assert.That(corpus.Train, Has.Count.EqualTo(72));
            Assert.That(
                corpus.Train.Select(sentence => sentence.Document).Intersect(corpus.Validation.Select(sentence => sentence.Document)),
                Is.Empty);
        });
    }

    [Test]
    public void UnknownType_IsNamedWithThoseThatAreKnown()
    {
        using var device = Device.Open();
        var corpus = new TaggedCorpus([new(["a"], ["B-PER"])], [new(["b"], ["B-LOC"])]);
        Assert.That(
            Assert.Throws<DataException>(() => _ = new TaggerTask(device, corpus, Small, new() { Data = "x.conll" }, 1, 1))!.Message,
            Does.Contain("x.conll").And.Contain("'B-LOC'").And.Contain("B-PER"));
    }

    [Test]
    public void Text_IsCutIntoWordsWithTheirPlaces()
    {
        var text = TokenizedText.Of("😀 @bob_1 likes Anna's  New York, #fun http://x.y/z?q=1");
        Assert.Multiple(() =>
        {
            Assert.That(text.Tokens, Is.EqualTo(
                new[] { "😀", "@bob_1", "likes", "Anna", "'s", "New", "York", ",", "#fun", "http://x.y/z?q=1" }));
            Assert.That(text.Covered(new(5, 7, "LOC")), Is.EqualTo("New York"));
            Assert.That(text.Place(new(5, 7, "LOC")), Is.EqualTo((23, 31)), "characters, of which the first takes two code units");
        });
    }

    private static string WriteValidation(TemporaryFolder folder) => folder.Write("validation.conll", string.Concat(
        BuiltInTaggedSentences.Corpus.Validation.Select(
            sentence => string.Concat(sentence.Tokens.Zip(sentence.Tags, (token, tag) => $"{token}\t{tag}\n")) + "\n")));

    private static (TrainingResult Result, TemporaryFolder Run) Train(TaggedCorpus corpus, TrainingOptions options)
    {
        var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = new TaggerTask(device, corpus, Small, new() { WordDropout = 1 }, options.Batch, options.Seed);
        using var trainer = new Trainer(task, options with { Metric = "f1" }, new RunFolder(folder.Path));
        return (trainer.Run(), folder);
    }
}
