using GpuSeq.Kernels.Recording;
using GpuSeq.Kernels.Simd;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>The two shapes that a kernel may have.</summary>
public enum KernelShape
{
    /// <summary>A work item computes a row or a panel with vectors. Only for CPUs.</summary>
    Row,

    /// <summary>Lanes of a group share tiles. For GPUs; a CPU runs it lane by lane, for validation.</summary>
    Group,
}

/// <summary>The kernels of one accelerator. A family is loaded when it is first used.</summary>
public sealed class KernelLibrary : IDisposable
{
    private Gemm? _gemm;
    private Attention? _attention;
    private Rnn? _rnn;
    private Lstm? _lstm;
    private Gru? _gru;
    private RecurrentStack? _recurrentStack;
    private Embedding? _embedding;
    private Softmax? _softmax;
    private LayerNorm? _layerNorm;
    private CrossEntropy? _crossEntropy;
    private Losses? _losses;
    private Layout? _layout;
    private Gather? _gather;
    private Placement? _placement;
    private Convolution? _convolution;
    private Pooling? _pooling;

    private Activations? _activations;
    private Elementwise? _elementwise;
    private Functions? _functions;
    private Reduction? _reduction;
    private TopK? _topK;
    private RandomNumbers? _random;
    private Sampling? _sampling;
    private Dropout? _dropout;
    private Optimizers? _optimizers;
    private LowPrecision? _lowPrecision;
    private WordVectors? _wordVectors;

    /// <summary>The kernels of an accelerator.</summary>
    /// <param name="accelerator">What runs them.</param>
    /// <param name="shape">Which shape; by default rows on CPUs and groups elsewhere.</param>
    /// <param name="width">The width of vectors on CPUs; by default the widest that the processor has.</param>
    /// <exception cref="ArgumentException">Row-shaped kernels are asked for on another accelerator than a CPU.</exception>
    public KernelLibrary(Accelerator accelerator, KernelShape? shape = null, SimdWidth? width = null)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        Accelerator = accelerator;
        var isCpu = accelerator.AcceleratorType == AcceleratorType.CPU;
        Shape = shape ?? (isCpu ? KernelShape.Row : KernelShape.Group);
        if (Shape == KernelShape.Row && !isCpu)
            throw new ArgumentException($"Row-shaped kernels run on CPUs only, not on {accelerator}.", nameof(shape));
        Width = width ?? SimdWidths.Widest;
        Pool = new MemoryPool(accelerator);
    }

    /// <summary>What runs the kernels.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The memory that kernels and tensors share.</summary>
    public MemoryPool Pool { get; }

    /// <summary>The shape of the kernels.</summary>
    public KernelShape Shape { get; }

    /// <summary>The width of vectors on CPUs.</summary>
    public SimdWidth Width { get; }

    /// <summary>The number of threads, or multiprocessors, that work items spread over.</summary>
    internal int Parallelism => Accelerator.NumMultiprocessors;

    /// <summary>What writes down the launches, or null where nobody does.</summary>
    public LaunchRecorder? Recorder { get; private set; }

    /// <summary>The number of work items of a launch over a flat range of elements: parts of the cut, or single elements.</summary>
    internal int FlatItems(in FlatCut cut) => Shape == KernelShape.Row ? cut.Items : checked((int)cut.Length);

    /// <summary>Matrix products.</summary>
    public Gemm Gemm => _gemm ??= new(this);

    /// <summary>Scaled dot-product attention.</summary>
    public Attention Attention => _attention ??= new(this);

    /// <summary>Elman networks.</summary>
    public Rnn Rnn => _rnn ??= new(this);

    /// <summary>Long short-term memories.</summary>
    public Lstm Lstm => _lstm ??= new(this);

    /// <summary>Gated recurrent units.</summary>
    public Gru Gru => _gru ??= new(this);

    /// <summary>Recurrent layers stacked on each other.</summary>
    public RecurrentStack RecurrentStack => _recurrentStack ??= new(this);

    /// <summary>Look-up in tables.</summary>
    public Embedding Embedding => _embedding ??= new(this);

    /// <summary>Softmax and its logarithm.</summary>
    public Softmax Softmax => _softmax ??= new(this);

    /// <summary>Layer normalisation.</summary>
    public LayerNorm LayerNorm => _layerNorm ??= new(this);

    /// <summary>Softmax and negative log-likelihood in one.</summary>
    public CrossEntropy CrossEntropy => _crossEntropy ??= new(this);

    /// <summary>Losses of single predictions.</summary>
    public Losses Losses => _losses ??= new(this);

    /// <summary>Tensors in another layout.</summary>
    public Layout Layout => _layout ??= new(this);

    /// <summary>Entries of an axis, looked up by number.</summary>
    public Gather Gather => _gather ??= new(this);

    /// <summary>Rows placed into longer sequences.</summary>
    public Placement Placement => _placement ??= new(this);

    /// <summary>Convolutions.</summary>
    public Convolution Convolution => _convolution ??= new(this);

    /// <summary>Maxima and means over windows.</summary>
    public Pooling Pooling => _pooling ??= new(this);

    /// <summary>Activation functions.</summary>
    public Activations Activations => _activations ??= new(this);

    /// <summary>Elementwise arithmetic.</summary>
    public Elementwise Elementwise => _elementwise ??= new(this);

    /// <summary>Elementary functions.</summary>
    public Functions Functions => _functions ??= new(this);

    /// <summary>Sums, means, maxima and norms.</summary>
    public Reduction Reduction => _reduction ??= new(this);

    /// <summary>The largest elements of rows.</summary>
    public TopK TopK => _topK ??= new(this);

    /// <summary>Random numbers.</summary>
    public RandomNumbers Random => _random ??= new(this);

    /// <summary>Draws from logits.</summary>
    public Sampling Sampling => _sampling ??= new(this);

    /// <summary>Dropout.</summary>
    public Dropout Dropout => _dropout ??= new(this);

    /// <summary>Steps of optimizers.</summary>
    public Optimizers Optimizers => _optimizers ??= new(this);

    /// <summary>Weights in fewer bits.</summary>
    public LowPrecision LowPrecision => _lowPrecision ??= new(this);

    /// <summary>Steps of word vectors.</summary>
    public WordVectors WordVectors => _wordVectors ??= new(this);

    /// <summary>Writes down, from now on, every launch and every copy, until the recorder is disposed.</summary>
    /// <exception cref="InvalidOperationException">They are being written down already.</exception>
    public LaunchRecorder BeginRecording()
    {
        if (Recorder is not null)
            throw new InvalidOperationException("A step is being recorded already: steps cannot be run inside of steps.");
        return Recorder = new(Pool, () => Recorder = null);
    }

    /// <summary>Gives the pool's memory back.</summary>
    public void Dispose() => Pool.Dispose();
}
