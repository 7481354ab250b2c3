namespace GpuSeq.Kernels;

/// <summary>Stochastic gradient descent, with the defaults and the meaning of torch.optim.SGD.</summary>
public readonly record struct SgdOptions()
{
    /// <summary>The learning rate.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>The share of the last direction that is kept; 0 needs no state.</summary>
    public double Momentum { get; init; }

    /// <summary>The share of the gradient that does not enter the direction.</summary>
    public double Dampening { get; init; }

    /// <summary>The factor of the parameters that is added to their gradients.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether the step looks ahead along the direction.</summary>
    public bool Nesterov { get; init; }
}

/// <summary>RMSprop, with the defaults and the meaning of torch.optim.RMSprop.</summary>
public readonly record struct RmsPropOptions()
{
    /// <summary>The learning rate.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>The share of the mean square that is kept.</summary>
    public double Alpha { get; init; } = 0.99;

    /// <summary>What keeps divisors away from 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The factor of the parameters that is added to their gradients.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The share of the last step that is kept; 0 needs no state.</summary>
    public double Momentum { get; init; }

    /// <summary>Whether gradients are divided by their standard deviation instead of their root mean square.</summary>
    public bool Centered { get; init; }
}

/// <summary>Adam and AdamW, with the defaults and the meaning of torch.optim.Adam and torch.optim.AdamW.</summary>
public readonly record struct AdamOptions()
{
    /// <summary>The learning rate.</summary>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>The share of the mean gradient that is kept.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The share of the mean square that is kept.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What keeps divisors away from 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The weight decay; PyTorch's default is 0 for Adam and 0.01 for AdamW.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether weights shrink by themselves (AdamW) instead of through their gradients (Adam).</summary>
    public bool Decoupled { get; init; }

    /// <summary>Whether the largest mean square so far divides, instead of the current one.</summary>
    public bool Amsgrad { get; init; }
}

/// <summary>Adagrad, with the defaults and the meaning of torch.optim.Adagrad; its initial accumulator is what the state holds.</summary>
public readonly record struct AdagradOptions()
{
    /// <summary>The learning rate.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>How fast the learning rate falls: it is divided by 1 + (step - 1) times this.</summary>
    public double LearningRateDecay { get; init; }

    /// <summary>What keeps divisors away from 0.</summary>
    public double Epsilon { get; init; } = 1e-10;

    /// <summary>The factor of the parameters that is added to their gradients.</summary>
    public double WeightDecay { get; init; }
}
