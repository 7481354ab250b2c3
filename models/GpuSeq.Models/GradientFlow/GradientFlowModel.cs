using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A network that reads symbols and says the first one at the end: embedding, one recurrent layer, and a linear layer on its last
/// state. The loss stands at the last time step alone, so that its gradient must come back through all of them.
/// </summary>
public sealed class GradientFlowModel : IModel
{
    private readonly Embedding _embedding;
    private readonly Recurrent _rnn;
    private readonly Linear _decoder;

    /// <summary>A model with first values drawn from a seed.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="config">The form; of its networks, the first.</param>
    /// <param name="seed">Of the first values.</param>
    public GradientFlowModel(Device device, GradientFlowConfig config, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        Parameters = new ParameterSet(device, seed);
        var scope = new ParameterScope(Parameters);
        _embedding = new(scope["embedding"], 2 * config.Symbols, config.EmbeddingSize);
        _rnn = new(scope["rnn"], new()
        {
            Cell = config.Cells[0] switch { FlowCell.Lstm => CellKind.Lstm, FlowCell.Gru => CellKind.Gru, _ => CellKind.Rnn },
            Inputs = config.EmbeddingSize,
            Hidden = config.HiddenSize,
        });
        _decoder = new(scope["decoder"], config.HiddenSize, config.Symbols);
        if (config.Cells[0] is FlowCell.Lstm or FlowCell.Gru)
        {
            // The gates are i, f, g, o or r, z, n: the second keeps the state.
            Change("rnn.bias_ih_l0", (i, _) => i / config.HiddenSize == 1 ? config.ForgetBias : 0f);
            Change("rnn.bias_hh_l0", (_, _) => 0f);
        }
        if (config.Cells[0] == FlowCell.Exploding)
            Change("rnn.weight_hh_l0", (_, value) => value * config.RecurrentScale);
    }

    /// <summary>The form of the model.</summary>
    public GradientFlowConfig Config { get; }

    /// <summary>What training changes.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Computes the logits of the first symbol.</summary>
    /// <param name="ids">[B, T].</param>
    /// <returns>[B, symbols].</returns>
    public Tensor Forward(Tensor ids) => Decode(_rnn.Forward(_embedding.Forward(ids)).State);

    /// <summary>
    /// The same, time step by time step, so that every state can keep the gradient that comes back to it by all ways.
    /// </summary>
    /// <param name="ids">[B, T].</param>
    /// <returns>[B, symbols], and the states after each step, which retain their gradients.</returns>
    public (Tensor Logits, IReadOnlyList<RecurrentState> States) ForwardByStep(Tensor ids)
    {
        var x = _embedding.Forward(ids); // [B, T, E]
        var states = new List<RecurrentState>();
        for (var step = 0; step < x.Shape[1]; step++)
        {
            var state = _rnn.Forward(x.Slice(1, step..(step + 1)), states.LastOrDefault()).State;
            state.Hidden.RetainGradient();
            state.Cell?.RetainGradient();
            states.Add(state);
        }
        return (Decode(states[^1]), states);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    private Tensor Decode(RecurrentState end) => _decoder.Forward(end.Hidden.Reshape([end.Hidden.Shape[1], Config.HiddenSize]));

    private void Change(string name, Func<int, float, float> change)
    {
        var parameter = Parameters.Find(name)!;
        parameter.Assign([.. parameter.ToArray().Select((value, i) => change(i, value))]);
    }
}
