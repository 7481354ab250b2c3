namespace GpuSeq.Engine.Tests;

/// <summary>The first operation that gives a value that is not finite is named.</summary>
public sealed class AnomalyTests
{
    [Test]
    public void Result_ThatIsNotFiniteNamesItsOperation()
    {
        using var device = Device.Open();
        using var graph = device.BeginGraph();
        graph.ChecksFinite = true;
        var x = graph.Input([1f, 0f, 2f], [3], requiresGradient: true).Scale(1f);
        Assert.That(
            () => x / x.Detach(),
            Throws.TypeOf<NotFiniteException>().With.Message.Contains("Divide computed NaN at element 1 of Float32 [3] (1 of 3"));
    }

    [Test]
    public void Operand_ThatIsNotFiniteIsTheCause()
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device);
        var weight = parameters.Add("head.weight", [1, 2], Initializer.Ones);
        weight.Assign([1f, float.PositiveInfinity]);
        using var graph = device.BeginGraph(isTraining: false);
        graph.ChecksFinite = true;
        var x = graph.Input([1f, 2f], [1, 2]);
        Assert.That(
            () => x.Linear(weight), Throws.TypeOf<NotFiniteException>().With.Message.Contains("Linear was given").And.Message.Contains("head.weight"));
    }

    [Test]
    public void Gradient_ThatIsNotFiniteNamesTheOperationAndTheOperand()
    {
        using var device = Device.Open();
        using var graph = device.BeginGraph();
        graph.ChecksFinite = true;
        var x = graph.Input([0f, 0f], [2], requiresGradient: true);
        var loss = x.Scale(1e30f).Scale(1e30f).Sum(); // the factors of the gradient exceed float32, their products with 0 do not
        Assert.That(
            () => graph.Backward(loss),
            Throws.TypeOf<NotFiniteException>().With.Message.Contains("The gradient of Scale with respect to Float32 [2] is ")
                .And.Message.Contains("(2 of 2"));
    }
}
