using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Models.Tests;

/// <summary>Models of BERT's family: their forms, heads and files.</summary>
public sealed class BertModelTests
{
    private static readonly BertConfig Small = new()
    {
        VocabSize = 31,
        Width = 16,
        Layers = 2,
        Heads = 2,
        Inner = 24,
        Positions = 12,
        Labels = ["no", "yes", "perhaps"],
    };

    private static readonly BertConfig SmallRoberta = Small with { ModelType = BertConfig.Roberta, Types = 1, Positions = 14 };

    private static readonly BertConfig SmallAlbert =
        Small with { ModelType = BertConfig.Albert, NarrowWidth = 8, LayerGroups = 2, LayersOfGroup = 2 };

    private static readonly BertConfig SmallElectra = Small with { ModelType = BertConfig.Electra, NarrowWidth = 8 };

    private static readonly BertConfig[] Family = [Small, SmallRoberta, SmallAlbert, SmallElectra];

    private static readonly TestCaseData[] Types = [.. Family.Select(config => new TestCaseData(config).SetArgDisplayNames(config.ModelType))];

    [TestCaseSource(nameof(Types))]
    public void Parameters_OfEveryHeadGetGradients(BertConfig config)
    {
        Check<MaskedLanguageHead>((head, result) => head.Logits(result.Hidden));
        Check<ClassificationHead>((head, result) => head.Logits(result));
        Check<TokenHead>((head, result) => head.Logits(result));
        Check<ChoiceHead>((head, result) => head.Logits(result));
        Check<AnswerHead>((head, result) => head.Logits(result).Starts * head.Logits(result).Ends);
        if (PretrainingHead.Suits(config.ModelType))
            Check<PretrainingHead>((head, result) => head.MaskedLanguage.Logits(result.Hidden).Sum(-1).Sum() * head.PairLogits(result));
        if (ReplacedTokenHead.Suits(config.ModelType))
            Check<ReplacedTokenHead>((head, result) => head.Logits(result.Hidden));
        if (PoolerHead.Suits(config.ModelType))
            Check<PoolerHead>((_, result) => result.Pooled!);

        void Check<THead>(Func<THead, BertResult, Tensor> output)
            where THead : IBertHead<THead>
        {
            using var device = Device.Open();
            using var model = new BertModel<THead>(device, config, seed: 3);
            using var graph = device.BeginGraph(new RandomStream(5));
            var y = output(model.Head, model.Forward(graph, Input(graph, config)));
            graph.Backward((y * graph.Input([.. Enumerable.Range(1, (int)y.Shape.ElementCount).Select(i => MathF.Sin(i * i))], y.Shape)).Sum());
            Gradients.AreThere(model.Parameters);
        }
    }

    [TestCaseSource(nameof(Types))]
    public void StatesThatAreWanted_AreThoseOfAll_AndSoAreTheirGradients(BertConfig config)
    {
        config = config with { HiddenDropout = 0f, AttentionDropout = 0f };
        var (all, some) = (Run(isWanted: false), Run(isWanted: true));
        Assert.That(some.States, Is.EqualTo(all.States).Within(1e-6f));
        Assert.That(some.Gradients.Keys, Is.EqualTo(all.Gradients.Keys));
        foreach (var (name, gradient) in all.Gradients)
            Assert.That(some.Gradients[name], Is.EqualTo(gradient).Within(1e-5f), name);

        (float[] States, Dictionary<string, float[]> Gradients) Run(bool isWanted)
        {
            using var device = Device.Open();
            using var model = new BertModel<NoHead>(device, config, seed: 3);
            using var graph = device.BeginGraph(new RandomStream(5));
            var input = Input(graph, config);
            var (batch, length) = (input.Ids.Shape[0], input.Ids.Shape[1]);
            int[] rows = [.. Enumerable.Range(0, batch).SelectMany(row => new[] { row * length, row * length + 2 })];
            var hidden = model.Forward(graph, isWanted ? input with { Wanted = graph.Input(rows, [batch, 2]) } : input).Hidden;
            var states = hidden.Reshape([hidden.Shape.Rows, config.Width]);
            if (!isWanted)
                states = states.Select(0, graph.Input(rows, [rows.Length]));
            float[] upstream = [.. Enumerable.Range(1, (int)states.Shape.ElementCount).Select(i => MathF.Sin(i * i))];
            graph.Backward((states * graph.Input(upstream, states.Shape)).Sum());
            return (states.ToArray(), model.Parameters.Parameters.Where(parameter => parameter.Gradient is not null)
                .ToDictionary(parameter => parameter.Name, parameter => parameter.Gradient!.ToArray()));
        }
    }

    [TestCaseSource(nameof(Types))]
    public void Gradients_AreThoseOfTheDefinition(BertConfig config)
    {
        var tiny = config with { VocabSize = 8, Width = 4, Inner = 6, NarrowWidth = config.NarrowWidth is null ? null : 2, Positions = 6, Layers = 1 };
        using var device = Device.Open();
        using var model = new BertModel<ClassificationHead>(device, tiny with { LayerGroups = tiny.LayerGroups is null ? null : 1 }, seed: 3);
        using var graph = device.BeginGraph(new RandomStream(5));
        var result = model.Forward(graph, new(graph.Input([2, 7, 3, 4, 2, 6], [2, 3])));
        var loss = model.Head.Logits(result).CrossEntropy(graph.Input([2, 0], [2]));
        var report = graph.CheckGradients(loss, [.. model.Parameters.Parameters]);
        Assert.That(report.Passed, report.ToString());
    }

    [TestCaseSource(nameof(Types))]
    public void Padding_ChangesNothing(BertConfig config)
    {
        using var device = Device.Open();
        using var model = new BertModel<MaskedLanguageHead>(device, config, seed: 3);
        using var graph = device.BeginGraph(isTraining: false);
        int[] ids = [7, 3, 9, 4], padded = [.. ids, config.PaddingToken, config.PaddingToken];
        var alone = model.Forward(graph, new(graph.Input(ids, [1, 4]))).Hidden.ToArray();
        var lengths = Hidden(new(graph.Input(padded, [1, 6])) { Lengths = graph.Input([4], [1]) })[..alone.Length];
        var masked = Hidden(new(graph.Input(padded, [1, 6])) { Mask = graph.Input([1, 1, 1, 1, 0, 0], [1, 6]) })[..alone.Length];
        int[] left = [config.PaddingToken, config.PaddingToken, .. ids];
        int[] positions = config.ModelType == BertConfig.Roberta ? config.PositionsOf(left, 6) : [0, 0, 0, 1, 2, 3];
        var behind = Hidden(new(graph.Input(left, [1, 6]))
        {
            Mask = graph.Input([0, 0, 1, 1, 1, 1], [1, 6]),
            Positions = graph.Input(positions, [1, 6]),
        })[^alone.Length..];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lengths, Is.EqualTo(alone).Within(1e-5));
            Assert.That(masked, Is.EqualTo(alone).Within(1e-5));
            Assert.That(behind, Is.EqualTo(alone).Within(1e-5));
        }

        float[] Hidden(BertInput input) => model.Forward(graph, input).Hidden.ToArray();
    }

    [TestCaseSource(nameof(Types))]
    public void Files_GiveTheSameModelBack(BertConfig config)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var saved = new BertModel<MaskedLanguageHead>(device, config, seed: 3);
        BertFiles.Save(saved, new(folder.Path));
        using var loaded = BertFiles.Load<MaskedLanguageHead>(device, new(folder.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded.Config.Architecture, Does.EndWith("ForMaskedLM"));
            Assert.That(loaded.Config.Labels, Is.EqualTo(config.Labels));
            Assert.That(Logits(loaded), Is.EqualTo(Logits(saved)));
        }
    }

    [TestCaseSource(nameof(Types))]
    public void Files_AreReadUnderOldNamesAndEitherNameOfTiedTensors(BertConfig config)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var model = new BertModel<MaskedLanguageHead>(device, config, seed: 3);
        BertFiles.Save(model, new(folder.Path));
        var names = BertNames.OfMaskedLanguage(config.ModelType);
        var words = $"{config.ModelType}.embeddings.word_embeddings.weight";
        TensorFiles.Save(
            folder.File("model.safetensors"),
            model.Parameters.Parameters.Select(parameter => (Old(parameter.Name), (Tensor)parameter)));
        using var loaded = BertFiles.Load<MaskedLanguageHead>(device, new(folder.Path));
        Assert.That(Logits(loaded), Is.EqualTo(Logits(model)));

        string Old(string name)
        {
            if (name == words)
                return $"{names.Decoder}.weight";
            if (name == $"{names.Bias}.bias")
                return $"{names.Decoder}.bias";
            name = name.Replace("orm.weight", "orm.gamma", StringComparison.Ordinal).Replace("orm.bias", "orm.beta", StringComparison.Ordinal);
            return name.StartsWith($"{config.ModelType}.", StringComparison.Ordinal) ? name[(config.ModelType.Length + 1)..] : name;
        }
    }

    [TestCaseSource(nameof(Types))]
    public void FineTuning_BeginsWithTheEncoderAndANewHead(BertConfig config)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var pretrained = new BertModel<MaskedLanguageHead>(device, config, seed: 3);
        BertFiles.Save(pretrained, new(folder.Path));
        using var model = BertFiles.Begin<ClassificationHead>(
            device, new(folder.Path), found => found with { Labels = ["bad", "good"] }, seed: 4);
        using var fresh = new BertModel<ClassificationHead>(device, config with { Labels = ["bad", "good"] }, seed: 4);
        using var graph = device.BeginGraph(isTraining: false);
        var (input, result) = (Input(graph, config), pretrained.Forward(graph, Input(graph, config)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Forward(graph, input).Hidden.ToArray(), Is.EqualTo(result.Hidden.ToArray()));
            Assert.That(model.Head.Logits(model.Forward(graph, input)).Shape.ToArray(), Is.EqualTo((int[])[2, 2]));
            Assert.That(model.Config.Architecture, Does.EndWith("ForSequenceClassification"));
            Assert.That(HeadOf(model), Is.EqualTo(HeadOf(fresh)), "a head begins as its seed has it, whatever else is read");
        }

        static float[] HeadOf(BertModel<ClassificationHead> model) =>
            [.. model.Parameters.Parameters.Where(parameter => parameter.Name.StartsWith("classifier", StringComparison.Ordinal))
                .SelectMany(parameter => parameter.ToArray())];
    }

    [Test]
    public void AModelForSomethingElse_IsNamed()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var model = new BertModel<MaskedLanguageHead>(device, Small);
        BertFiles.Save(model, new(folder.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => BertFiles.Load<AnswerHead>(device, new(folder.Path)),
                Throws.TypeOf<DataException>().With.Message.Contains("the model is a BertForMaskedLM, not a BertForQuestionAnswering"));
            Assert.That(
                () => BertFiles.Load<ReplacedTokenHead>(device, new(folder.Path)),
                Throws.TypeOf<DataException>().With.Message.Contains("a BertForMaskedLM, which ReplacedTokenHead is not for"));
        }
    }

    [Test]
    public void AFileOfAnotherForm_FitsNotAndSaysWhere()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var model = new BertModel<MaskedLanguageHead>(device, Small);
        BertFiles.Save(model, new(folder.Path));
        (Small with { Layers = 3 }).Save(folder.File("config.json"));
        Assert.That(
            () => BertFiles.Begin<ClassificationHead>(device, new(folder.Path), config => config, seed: 0),
            Throws.TypeOf<LoadException>().With.Message.Contains("bert.encoder.layer.2.attention.self.query.weight"));
    }

    [TestCase("\"hidden_size\": 15", "num_attention_heads 2 does not divide hidden_size 15")]
    [TestCase("\"position_embedding_type\": \"relative_key\"", "position_embedding_type is 'relative_key'")]
    [TestCase("\"is_decoder\": true", "is_decoder is true")]
    [TestCase("\"hidden_act\": \"mish\"", "the activation function 'mish' is not known")]
    [TestCase("\"embedding_size\": 8", "embedding_size 8 is not hidden_size 16")]
    [TestCase("\"num_hidden_groups\": 2", "only a model of type 'albert'")]
    [TestCase("\"wings\": 2", "the setting 'wings' is not known")]
    [TestCase("\"hidden_dropout_prob\": 1", "a dropout is not in [0, 1)")]
    public void AFaultyConfiguration_IsNamed(string setting, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(
            "config.json", $$"""{"model_type": "bert", "num_attention_heads": 2, "hidden_size": 16, {{setting}}}""");
        Assert.That(() => BertConfig.Load(path), Throws.TypeOf<DataException>().With.Message.Contains(message));
    }

    [Test]
    public void ASequenceThatIsTooLong_IsRefused()
    {
        using var device = Device.Open();
        using var model = new BertModel<NoHead>(device, SmallRoberta);
        using var graph = device.BeginGraph(isTraining: false);
        var (fits, tooLong) = (graph.Input(new int[12], [1, 12]), graph.Input(new int[13], [1, 13]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Forward(graph, new(fits)).Hidden.Shape[1], Is.EqualTo(12));
            Assert.That(() => model.Forward(graph, new(tooLong)), Throws.TypeOf<ShapeException>().With.Message.Contains("12 places"));
        }
    }

    [Test]
    public void Sizes_HaveThePublishedNumbersOfParameters()
    {
        using (Assert.EnterMultipleScope())
        {
            Check<PoolerHead>("bert-tiny", 4_385_920);
            Check<PoolerHead>("bert-base", 109_482_240);
            Check<PoolerHead>("roberta-base", 124_645_632);
            Check<PoolerHead>("albert-base", 11_683_584);
            Check<NoHead>("electra-small", 13_483_008);
            Assert.That(BertSizes.Names.Select(BertSizes.Find), Has.All.Matches<BertConfig>(config => config.Fault is null));
        }

        // Layers have equally many, so that a model need not be made as deep as it is.
        static void Check<THead>(string name, long expected)
            where THead : IBertHead<THead>
        {
            using var device = Device.Open();
            var config = BertSizes.Find(name);
            var (one, two) = (Count<THead>(device, config with { Layers = 1 }), Count<THead>(device, config with { Layers = 2 }));
            Assert.That(one + (config.Layers - 1) * (two - one), Is.EqualTo(expected), name);
        }
    }

    private static long Count<THead>(Device device, BertConfig config)
        where THead : IBertHead<THead>
    {
        using var model = new BertModel<THead>(device, config);
        return model.Parameters.Count;
    }

    private static float[] Logits(BertModel<MaskedLanguageHead> model)
    {
        using var graph = model.Parameters.Device.BeginGraph(isTraining: false);
        return model.Head.Logits(model.Forward(graph, Input(graph, model.Config)).Hidden).ToArray();
    }

    private static BertInput Input(Graph graph, BertConfig config) => new(graph.Input([.. Enumerable.Range(2, 24)], [2, 12]))
    {
        Types = graph.Input([.. Enumerable.Range(0, 24).Select(i => i % 12 / 6 % config.Types)], [2, 12]),
    };
}
