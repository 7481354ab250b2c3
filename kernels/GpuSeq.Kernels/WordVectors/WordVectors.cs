using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// A step of training word vectors with negative sampling (Mikolov, Sutskever, Chen, Corrado and Dean: "Distributed
/// Representations of Words and Phrases and their Compositionality", 2013, equation 4). An example has a vector h, a target
/// word t and words n_1 .. n_K that are noise. Its loss is
/// <code>L = -ln s(u_t . h) - sum over k of ln s(-u_n_k . h),   s(x) = 1 / (1 + e^-x),</code>
/// with u the rows of the output table. In skip-gram h is the row of the input table that belongs to the center, in continuous
/// bag of words the mean of the rows of the words around it. The step is that of SGD on the sum of the losses of a batch, whose
/// gradients are all taken at the tables before the step: with c_t = s(u_t . h) - 1 and c_n = s(u_n . h),
/// <code>u_j -= lr c_j h,   v_w -= lr / words of the example * sum over j of c_j u_j.</code>
/// </summary>
/// <remarks>
/// Three launches: each example computes its c, and the gradient of its h; then each row of the output table, and last of the
/// input table, takes what is its own in the order of the examples, as in <see cref="Embedding.Backward"/>. So the number of
/// threads changes no bit. An id outside the tables surfaces on CPUs as an exception at the next synchronisation, before
/// anything is changed; elsewhere it makes the loss of its example NaN, and its row is left out.
/// </remarks>
public sealed class WordVectors
{
    private const int ItemsPerThread = 8;

    private readonly KernelLibrary _library;
    private readonly Action<Index1D, WordVectorArguments.Batch, WordVectorArguments.Workspace, WordVectorArguments>? _examplesRow;
    private readonly Action<KernelConfig, WordVectorArguments.Batch, WordVectorArguments.Workspace, WordVectorArguments>? _examples;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<int>, EmbeddingRows.Cut>? _linkRows;
    private readonly Action<Index1D, ArrayView<int>, ArrayView<int>, EmbeddingGroups.Table>? _link;
    private readonly Action<Index1D, ArrayView<float>, WordVectorArguments.Update, WordVectorArguments> _update;

    internal WordVectors(KernelLibrary library)
    {
        _library = library;
        var accelerator = library.Accelerator;
        var isRow = library.Shape == KernelShape.Row;
        if (isRow)
        {
            _examplesRow = library.LoadKernel<WordVectorArguments.Batch,
                WordVectorArguments.Workspace, WordVectorArguments>(WordVectorRows.Examples);
            _linkRows = library.LoadKernel<ArrayView<int>, ArrayView<int>,
                EmbeddingRows.Cut>(EmbeddingRows.Link);
        }
        else
        {
            _examples = library.LoadGroupKernel<WordVectorArguments.Batch, WordVectorArguments.Workspace,
                WordVectorArguments>(WordVectorGroups.Example);
            _link = library.LoadKernel<ArrayView<int>, ArrayView<int>,
                EmbeddingGroups.Table>(EmbeddingGroups.Link);
        }
        _update = library.LoadKernel<ArrayView<float>, WordVectorArguments.Update, WordVectorArguments>(
            isRow ? WordVectorRows.Update : WordVectorGroups.Update);
    }

    /// <summary>A step of skip-gram: each center predicts its target.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="input">[V, D], changed.</param>
    /// <param name="output">[V, D], changed.</param>
    /// <param name="centers">[B].</param>
    /// <param name="targets">[B].</param>
    /// <param name="negatives">[B, K].</param>
    /// <param name="learningRate">The factor of the step; 0 computes losses only.</param>
    /// <param name="losses">[B], the losses before the step.</param>
    /// <param name="rateFactor">[1], multiplies the learning rate; empty for 1. It may change where launches are replayed.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void SkipGram(
        int dimension, ArrayView<float> input, ArrayView<float> output, ArrayView<int> centers, ArrayView<int> targets,
        ArrayView<int> negatives, float learningRate, ArrayView<float> losses, ArrayView<float> rateFactor = default)
    {
        Check("SkipGram", nameof(centers), centers.Length, losses.Length, 1);
        Step("SkipGram", dimension, learningRate, new()
        {
            Input = input,
            Output = output,
            Words = centers,
            Targets = targets,
            Negatives = negatives,
            Losses = losses,
            RateFactor = rateFactor,
        });
    }

    /// <summary>A step of continuous bag of words: the words around a target predict it together.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="input">[V, D], changed.</param>
    /// <param name="output">[V, D], changed.</param>
    /// <param name="contexts">[B, W], of which each example has the first as many as its length says.</param>
    /// <param name="lengths">[B], each from 0 to W.</param>
    /// <param name="targets">[B].</param>
    /// <param name="negatives">[B, K].</param>
    /// <param name="learningRate">The factor of the step; 0 computes losses only.</param>
    /// <param name="losses">[B], the losses before the step.</param>
    /// <param name="rateFactor">[1], multiplies the learning rate; empty for 1. It may change where launches are replayed.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public void Cbow(
        int dimension, ArrayView<float> input, ArrayView<float> output, ArrayView<int> contexts, ArrayView<int> lengths,
        ArrayView<int> targets, ArrayView<int> negatives, float learningRate, ArrayView<float> losses,
        ArrayView<float> rateFactor = default)
    {
        Check("Cbow", nameof(contexts), contexts.Length, losses.Length, losses.Length == 0 ? 0 : contexts.Length / losses.Length);
        Check("Cbow", nameof(lengths), lengths.Length, losses.Length, 1);
        Step("Cbow", dimension, learningRate, new()
        {
            Input = input,
            Output = output,
            Words = contexts,
            Lengths = lengths,
            Targets = targets,
            Negatives = negatives,
            Losses = losses,
            RateFactor = rateFactor,
        });
    }

    private void Step(string operation, int dimension, float learningRate, in WordVectorArguments.Batch batch)
    {
        var examples = batch.Losses.IntLength;
        var rows = dimension > 0 ? (int)(batch.Input.Length / dimension) : 0;
        var negatives = examples == 0 ? 0 : (int)(batch.Negatives.Length / examples);
        Check(operation, "input", batch.Input.Length, rows, dimension);
        Check(operation, "output", batch.Output.Length, rows, dimension);
        Check(operation, "targets", batch.Targets.Length, examples, 1);
        Check(operation, "negatives", batch.Negatives.Length, examples, negatives);
        Check(operation, "rateFactor", batch.RateFactor.Length, Math.Min(1, batch.RateFactor.Length), 1);
        if (examples == 0 || dimension == 0)
            return;
        var arguments = new WordVectorArguments
        {
            Examples = examples,
            Rows = rows,
            Dimension = dimension,
            Outputs = negatives + 1,
            Inputs = (int)(batch.Words.Length / examples),
            LearningRate = learningRate,
            Width = (int)_library.Width,
            PerItem = RowItems.RowsPerItem(examples, dimension * (negatives + 1)),
        };
        var (outputs, inputs) = (examples * arguments.Outputs, examples * arguments.Inputs);
        var vectors = (long)examples * dimension;
        using var floatBlock = _library.Pool.Rent((2 * vectors + outputs + inputs) * sizeof(float));
        using var intBlock = _library.Pool.Rent((outputs + inputs) * sizeof(int));
        var floats = floatBlock.View<float>(2 * vectors + outputs + inputs);
        var ids = intBlock.View<int>(outputs + inputs);
        var workspace = new WordVectorArguments.Workspace
        {
            Hidden = floats.Part(0, vectors),
            HiddenGradients = floats.Part(vectors, vectors),
            OutputFactors = floats.Part(2 * vectors, outputs),
            InputFactors = floats.Part(2 * vectors + outputs, inputs),
            OutputIds = ids.Part(0, outputs),
            InputIds = ids.Part(outputs, inputs),
        };
        if (_examplesRow is not null)
            _examplesRow(RowItems.Blocks(examples, arguments.PerItem), batch, workspace, arguments);
        else
            _examples!((examples, GroupReduce.Lanes), batch, workspace, arguments);
        if (learningRate == 0f)
            return;
        var output = new WordVectorArguments.Update
        {
            Ids = workspace.OutputIds,
            Factors = workspace.OutputFactors,
            Vectors = workspace.Hidden,
            RateFactor = batch.RateFactor,
        };
        var input = new WordVectorArguments.Update
        {
            Ids = workspace.InputIds,
            Factors = workspace.InputFactors,
            Vectors = workspace.HiddenGradients,
            RateFactor = batch.RateFactor,
        };
        Apply(batch.Output, output, arguments.Outputs, arguments);
        if (inputs > 0)
            Apply(batch.Input, input, arguments.Inputs, arguments);
    }

    // table[ids[i]] -= lr factors[i] vectors[i / perVector]; the id after the last row's names none.
    private void Apply(ArrayView<float> table, WordVectorArguments.Update update, int perVector, WordVectorArguments arguments)
    {
        var ids = update.Ids;
        var (positions, rows) = (ids.IntLength, arguments.Rows + 1);
        var length = _linkRows is not null ? (long)rows + positions : 2L * positions;
        using var block = _library.Pool.Rent(length * sizeof(int));
        var links = block.View<int>(length);
        arguments.PerVector = perVector;
        update.Links = links;
        if (_linkRows is null)
        {
            _link!(positions, ids, links, new() { Rows = rows, Columns = arguments.Dimension, PaddingIndex = arguments.Rows });
            _update(checked(positions * arguments.Dimension), table, update, arguments);
            return;
        }
        _linkRows(1, ids, links, new() { Rows = rows, Columns = arguments.Dimension, PaddingIndex = arguments.Rows });
        // Frequent words stand together, so an item takes a block of rows here and a block there.
        var items = (int)Math.Clamp((long)positions * arguments.Dimension / RowItems.Moves, 1, ItemsPerThread * _library.Parallelism);
        arguments.PerItem = Math.Max(16 / arguments.Dimension, Math.Clamp(arguments.Rows / (items * 16), 1, 64));
        arguments.Items = Math.Min(items, RowItems.Blocks(arguments.Rows, arguments.PerItem));
        _update(arguments.Items, table, update, arguments);
    }

    private static void Check(string operation, string name, long length, long rows, long columns)
    {
        if (length != rows * columns)
            throw SizeMismatch.Of(operation, name, length, $"[{rows}, {columns}]");
    }
}

/// <summary>Sizes of a step.</summary>
internal struct WordVectorArguments
{
    public int Examples; // B
    public int Rows; // V
    public int Dimension; // D
    public int Outputs; // 1 + K for each example
    public int Inputs; // 1 or W for each example
    public float LearningRate;
    public int PerVector; // of an update: positions that share a vector
    public int PerItem; // examples of an item; of an update: rows of a block, of which item i has i, i + Items, ...
    public int Items;
    public int Width; // bits of the vectors

    /// <summary>The tables and the words of a batch.</summary>
    public struct Batch
    {
        public ArrayView<float> Input; // [V, D]
        public ArrayView<float> Output; // [V, D]
        public ArrayView<int> Words; // [B, 1 or W]
        public ArrayView<int> Lengths; // [B], or empty where each example has one word
        public ArrayView<int> Targets; // [B]
        public ArrayView<int> Negatives; // [B, K]
        public ArrayView<float> Losses; // [B]
        public ArrayView<float> RateFactor; // [1], or empty for 1
    }

    /// <summary>What examples leave for the tables. The id V names no row.</summary>
    public struct Workspace
    {
        public ArrayView<float> Hidden; // [B, D]: h
        public ArrayView<float> HiddenGradients; // [B, D]: the sum of c u
        public ArrayView<float> OutputFactors; // [B, 1 + K]: c
        public ArrayView<float> InputFactors; // [B, 1 or W]: 1 / words of the example
        public ArrayView<int> OutputIds; // [B, 1 + K]: the target, then the negatives
        public ArrayView<int> InputIds; // [B, 1 or W]
    }

    /// <summary>What is subtracted from the rows of a table.</summary>
    public struct Update
    {
        public ArrayView<int> Ids;
        public ArrayView<float> Factors;
        public ArrayView<float> Vectors;
        public ArrayView<int> Links;
        public ArrayView<float> RateFactor; // [1], or empty for 1
    }
}
