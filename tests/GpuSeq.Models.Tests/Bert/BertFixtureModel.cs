using GpuSeq.Engine;
using GpuSeq.Kernels;

namespace GpuSeq.Models.Tests;

/// <summary>A model of a folder of reference cases: computes the outputs and the loss of the Hub's class, under their names.</summary>
internal sealed class BertFixtureModel : IDisposable
{
    private const int Ignored = -100;

    private static readonly Dictionary<string, Func<Device, RunFolder, BertFixtureModel>> Loaders = new()
    {
        [BertNames.Bare] = (device, folder) => Of<PoolerHead>(device, folder, (_, _, _) => []),
        [BertNames.ForPretraining] = (device, folder) => JsonFile.TypeOf(folder.Config) == BertConfig.Electra
            ? Of<ReplacedTokenHead>(device, folder, Discriminate)
            : Of<PretrainingHead>(device, folder, Pretrain),
        [MaskedLanguageHead.Purpose] = (device, folder) => Of<MaskedLanguageHead>(
            device, folder, (head, result, inputs) => Classify(head.Logits(result.Hidden), inputs)),
        [ClassificationHead.Purpose] = (device, folder) => Of<ClassificationHead>(
            device, folder, (head, result, inputs) => Classify(head.Logits(result), inputs)),
        [TokenHead.Purpose] = (device, folder) => Of<TokenHead>(
            device, folder, (head, result, inputs) => Classify(head.Logits(result), inputs)),
        [AnswerHead.Purpose] = (device, folder) => Of<AnswerHead>(device, folder, Answer),
    };

    private readonly IModel _model;
    private readonly Func<Graph, BertInput, Inputs, (BertResult Result, Dictionary<string, Tensor> Outputs)> _run;
    private readonly BertConfig _config;

    private BertFixtureModel(
        IModel model, BertConfig config, Func<Graph, BertInput, Inputs, (BertResult, Dictionary<string, Tensor>)> run) =>
        (_model, _config, _run) = (model, config, run);

    public ParameterSet Parameters => _model.Parameters;

    public static bool CanLoad(RunFolder folder) => File.Exists(folder.Config) && Loader(folder) is not null;

    public static BertFixtureModel Load(Device device, RunFolder folder) => Loader(folder)!(device, folder);

    /// <summary>Computes all outputs, and where there are labels the loss.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="inputs">The inputs of the Hub's class by name.</param>
    /// <param name="weights">Of an encoder alone: what outputs are multiplied by to make a loss.</param>
    /// <param name="problem">What a classifier tells, where the case says.</param>
    public Dictionary<string, Tensor> Run(
        Graph graph, IReadOnlyDictionary<string, FixtureTensor> inputs, IReadOnlyDictionary<string, FixtureTensor>? weights = null,
        string? problem = null)
    {
        var ids = inputs["input_ids"];
        var mask = inputs.GetValueOrDefault("attention_mask");
        var lengths = mask is null ? null : LengthsOf(mask);
        var input = new BertInput(Ints(graph, ids)!)
        {
            Types = Ints(graph, inputs.GetValueOrDefault("token_type_ids")),
            Lengths = lengths is null ? null : graph.Input(lengths, [lengths.Length]),
            Mask = lengths is null ? Ints(graph, mask) : null,
            Positions = Ints(graph, inputs.GetValueOrDefault("position_ids"))
                ?? graph.Input(_config.PositionsOf(ids.Ints, ids.Shape[1]), new Shape(ids.Shape)),
            ReturnsWeights = true,
        };
        var (result, outputs) = _run(graph, input, new(graph, inputs, problem));
        outputs["last_hidden_state"] = result.Hidden;
        outputs["embedding_output"] = result.HiddenStates[0];
        outputs["attentions"] = result.Weights.Select(part => part.Reshape([1, .. part.Shape])).ToArray().Concat(0);
        if (result.Pooled is { } pooled)
            outputs["pooler_output"] = pooled;
        foreach (var (name, factors) in weights ?? new Dictionary<string, FixtureTensor>())
        {
            var term = (outputs[name] * graph.Input(factors.Floats, new Shape(factors.Shape))).Sum();
            outputs["loss"] = outputs.TryGetValue("loss", out var sum) ? sum + term : term;
        }
        return outputs;
    }

    public void Dispose() => _model.Dispose();

    private static Func<Device, RunFolder, BertFixtureModel>? Loader(RunFolder folder)
    {
        var type = JsonFile.TypeOf(folder.Config);
        if (type is not (BertConfig.Bert or BertConfig.Roberta or BertConfig.Albert or BertConfig.Electra))
            return null;
        var architecture = BertConfig.Load(folder.Config).Architecture;
        return Loaders.FirstOrDefault(pair => BertNames.Architecture(type, pair.Key) == architecture).Value;
    }

    private static BertFixtureModel Of<THead>(
        Device device, RunFolder folder, Func<THead, BertResult, Inputs, Dictionary<string, Tensor>> outputs)
        where THead : IBertHead<THead>
    {
        var model = BertFiles.Load<THead>(device, folder);
        return new(model, model.Config, (graph, input, inputs) =>
        {
            var result = model.Forward(graph, input);
            return (result, outputs(model.Head, result, inputs));
        });
    }

    private static Dictionary<string, Tensor> Pretrain(PretrainingHead head, BertResult result, Inputs inputs)
    {
        var (tokens, pair) = (head.MaskedLanguage.Logits(result.Hidden), head.PairLogits(result));
        var isOrder = inputs.Has("sentence_order_label");
        var outputs = new Dictionary<string, Tensor>
        {
            ["prediction_logits"] = tokens,
            ["seq_relationship_logits"] = pair,
            ["sop_logits"] = pair,
        };
        if (inputs.Has("labels"))
        {
            outputs["loss"] = tokens.CrossEntropy(inputs.Ints("labels"))
                + pair.CrossEntropy(inputs.Ints(isOrder ? "sentence_order_label" : "next_sentence_label"));
        }
        return outputs;
    }

    private static Dictionary<string, Tensor> Classify(Tensor logits, Inputs inputs)
    {
        var outputs = new Dictionary<string, Tensor> { ["logits"] = logits };
        if (!inputs.Has("labels"))
            return outputs;
        outputs["loss"] = inputs.Problem == "multi_label_classification"
            ? logits.BinaryCrossEntropy(inputs.Floats("labels"))
            : logits.Shape.Columns == 1
                ? logits.Reshape([logits.Shape[0]]).SquaredError(inputs.Floats("labels"))
                : logits.CrossEntropy(inputs.Ints("labels"));
        return outputs;
    }

    private static Dictionary<string, Tensor> Discriminate(ReplacedTokenHead head, BertResult result, Inputs inputs)
    {
        var logits = head.Logits(result.Hidden);
        var outputs = new Dictionary<string, Tensor> { ["logits"] = logits };
        if (!inputs.Has("labels"))
            return outputs;
        var weights = inputs.Has("attention_mask") ? inputs.Floats("attention_mask") : null;
        var sum = logits.BinaryCrossEntropy(inputs.Floats("labels"), LossReduction.Sum, weights);
        outputs["loss"] = sum.Scale(1f / (weights?.ToArray().Sum() ?? logits.Shape.ElementCount));
        return outputs;
    }

    private static Dictionary<string, Tensor> Answer(AnswerHead head, BertResult result, Inputs inputs)
    {
        var (starts, ends) = head.Logits(result);
        var outputs = new Dictionary<string, Tensor> { ["start_logits"] = starts, ["end_logits"] = ends };
        if (inputs.Has("start_positions"))
            outputs["loss"] = (Loss(starts, "start_positions") + Loss(ends, "end_positions")).Scale(0.5f);
        return outputs;

        // Places behind the end do not count.
        Tensor Loss(Tensor logits, string name) => logits.CrossEntropy(
            inputs.Ints(name, place => place >= 0 && place < logits.Shape.Columns ? place : Ignored));
    }

    // How many tokens each row has, where padding stands at the end of all rows; null where it stands elsewhere.
    private static int[]? LengthsOf(FixtureTensor mask)
    {
        int[][] rows = [.. mask.Ints.Chunk(mask.Shape[1])];
        return rows.All(row => row.SequenceEqual(row.OrderDescending())) ? [.. rows.Select(row => row.Sum())] : null;
    }

    private static Tensor? Ints(Graph graph, FixtureTensor? tensor) =>
        tensor is null ? null : graph.Input(tensor.Ints, new Shape(tensor.Shape));

    private sealed record Inputs(Graph Graph, IReadOnlyDictionary<string, FixtureTensor> Tensors, string? Problem)
    {
        public bool Has(string name) => Tensors.ContainsKey(name);

        public Tensor Ints(string name, Func<int, int>? change = null) => Graph.Input(
            change is null ? Tensors[name].Ints : Array.ConvertAll(Tensors[name].Ints, value => change(value)), new Shape(Tensors[name].Shape));

        public Tensor Floats(string name) => Graph.Input(
            Tensors[name].Type == "F32" ? Tensors[name].Floats : Array.ConvertAll(Tensors[name].Ints, value => (float)value),
            new Shape(Tensors[name].Shape));
    }
}
