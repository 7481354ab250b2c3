using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>What a backward pass must leave.</summary>
internal static class Gradients
{
    /// <summary>Every parameter of a task gets a gradient from its first batch.</summary>
    /// <param name="task">The task.</param>
    /// <param name="except">Parameters that cannot have one, such as a bias of all logits.</param>
    public static void AreThere(ITrainingTask task, params string[] except)
    {
        using var graph = task.Device.BeginGraph(new RandomStream(1));
        var batch = task.Batches.NewBatch();
        task.Batches.Read(0, 0, batch);
        graph.Backward(task.Loss(graph, batch));
        AreThere(task.Parameters.Parameters.Where(parameter => !except.Contains(parameter.Name)));
    }

    /// <summary>Every parameter has a gradient, which is finite and not zero everywhere.</summary>
    public static void AreThere(ParameterSet parameters) => AreThere(parameters.Parameters);

    private static void AreThere(IEnumerable<Parameter> parameters)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var parameter in parameters)
            {
                var gradient = parameter.Gradient!.ToArray();
                Assert.That(gradient, Is.All.Matches<float>(float.IsFinite), parameter.Name);
                Assert.That(gradient, Has.Some.Not.Zero, parameter.Name);
            }
        }
    }
}
