using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models;

/// <summary>The answers that a model gives to examples: how they are read, learned, said and measured.</summary>
internal interface IAnswers
{
    /// <summary>What texts may be; none where a number is told.</summary>
    IReadOnlyList<string> Labels { get; }

    /// <summary>The right answer of an example in numbers.</summary>
    /// <param name="example">The example.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="DataException">It is none that the model knows.</exception>
    float[] Read(TextExample example, string source);

    /// <summary>Right answers as batches have them.</summary>
    IBatchTargets ToTargets(float[][] answers);

    /// <summary>The loss of a batch: one number.</summary>
    /// <param name="outputs">[B, outputs of an example].</param>
    /// <param name="targets">Of <see cref="ToTargets"/>.</param>
    Tensor Loss(Tensor outputs, Tensor targets);

    /// <summary>What the outputs for an example say.</summary>
    /// <param name="text">The example, for people to read.</param>
    /// <param name="outputs">Its outputs.</param>
    TextClass Say(string text, float[] outputs);

    /// <summary>A measure that has counted nothing yet.</summary>
    IAnswerScores NewScores();
}

/// <summary>How well answers are given.</summary>
internal interface IAnswerScores
{
    /// <summary>Counts an example.</summary>
    /// <param name="answer">Its right answer, as <see cref="IAnswers.Read"/> gives it.</param>
    /// <param name="outputs">The model's outputs.</param>
    /// <returns>The loss of the example.</returns>
    double Add(float[] answer, float[] outputs);

    /// <summary>Measures by name.</summary>
    Dictionary<string, double> ToMetrics();

    /// <summary>Measures of each label by name.</summary>
    Dictionary<string, double> ByClass();

    /// <summary>What a person should see of it.</summary>
    Picture ToPicture();
}
