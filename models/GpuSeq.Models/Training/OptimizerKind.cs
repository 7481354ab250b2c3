using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>The optimizers that a training can use.</summary>
public enum OptimizerKind
{
    /// <summary>Adam; weight decay goes through the gradient.</summary>
    Adam,

    /// <summary>Adam with weight decay of its own.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent, with momentum where it is set.</summary>
    Sgd,

    /// <summary>RMSprop.</summary>
    RmsProp,

    /// <summary>Adagrad.</summary>
    Adagrad,
}

/// <summary>Makes optimizers of training options.</summary>
internal static class OptimizerKinds
{
    public static Optimizer Create(this OptimizerKind kind, ParameterSet parameters, TrainingOptions options)
    {
        Optimizer optimizer = kind switch
        {
            OptimizerKind.Adam or OptimizerKind.AdamW => new Adam(parameters, options.LearningRate)
            {
                IsDecoupled = kind == OptimizerKind.AdamW,
                WeightDecay = options.WeightDecay,
                Beta2 = options.Beta2,
            },
            OptimizerKind.Sgd => new Sgd(parameters, options.LearningRate, options.Momentum) { WeightDecay = options.WeightDecay },
            OptimizerKind.RmsProp => new RmsProp(parameters, options.LearningRate, options.Momentum) { WeightDecay = options.WeightDecay },
            _ => new Adagrad(parameters, options.LearningRate) { WeightDecay = options.WeightDecay },
        };
        optimizer.ClipNorm = options.ClipNorm;
        optimizer.ClipValue = options.ClipValue;
        return optimizer;
    }
}
