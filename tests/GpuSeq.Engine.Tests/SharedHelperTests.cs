namespace GpuSeq.Engine.Tests;

/// <summary>The helpers of all test projects, tested once, here.</summary>
public class SharedHelperTests
{
    [Test]
    public void Close_takes_what_is_within_the_tolerance()
    {
        double[] expected = [1.0, -100.0, double.NaN, double.NegativeInfinity];
        Close.Assert([1.5f, -99f, float.NaN, float.NegativeInfinity], expected, 0.5, 0.005, "y");
    }

    [TestCase(1.1f, 1.0, "[1] is 1.1, expected 1: off by 0.1, allowed 0.06; 1 of 2 values are wrong")]
    [TestCase(float.NaN, 1.0, "[1] is NaN, expected 1: off by Infinity, allowed 0.06")]
    [TestCase(1f, double.NaN, "[1] is 1, expected NaN: off by Infinity, allowed 0.06")]
    [TestCase(float.MaxValue, double.PositiveInfinity, "expected Infinity: off by Infinity, allowed 0.06")]
    [TestCase(float.NegativeInfinity, double.PositiveInfinity, "[1] is -Infinity, expected Infinity: off by Infinity")]
    public void Close_names_the_worst_value(float actual, double expected, string message)
    {
        var failure = Catch(() => Close.Assert([5f, actual], new[] { 5.0, expected }, 0.01, 0.01, "y"));
        Assert.That(failure.Message, Does.StartWith("y: ").And.Contains(message));
    }

    [Test]
    public void Close_compares_lengths()
    {
        var failure = Catch(() => Close.Assert([1f], new[] { 1f, 2f }, 1, 1, "y"));
        Assert.That(failure.Message, Does.Contain("y: 1 values, expected 2"));
    }

    [Test]
    public void A_case_that_is_missing_skips_its_test_and_says_why()
    {
        var missing = new FixtureCase("no cases here");
        Assert.That(missing.ToString(), Is.EqualTo("none"));
        Assert.That(Catch(() => _ = missing.Tensors), Is.InstanceOf<IgnoreException>().With.Message.EqualTo("no cases here"));
        Assert.That(Catch(() => _ = missing.Module), Is.InstanceOf<IgnoreException>());
        Assert.That(Catch(() => _ = missing.Args), Is.InstanceOf<IgnoreException>());
    }

    [Test]
    public void A_folder_without_an_index_gives_one_case_that_skips() =>
        Assert.That(Fixtures.Cases("torch/nothing of this name").Single().ToString(), Is.EqualTo("none"));

    [Category(Fixtures.Category)]
    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Cases), new object[] { "torch/rnn" })]
    public void A_case_holds_what_its_index_says(FixtureCase fixture)
    {
        Assert.That(fixture.Module, Does.StartWith("nn."));
        Assert.That(fixture.Int("hidden_size", 0), Is.Positive);
        Assert.That(fixture.Tensors["in/x"].Floats, Has.Length.EqualTo(fixture.Tensors["in/x"].Count));
        Assert.That(fixture.Tensors.Under("param/"), Is.Not.Empty);
    }

    // An assertion that fails outside of NUnit's sight, so that it does not fail this test.
    private static ResultStateException Catch(Action action)
    {
        using (new NUnit.Framework.Internal.TestExecutionContext.IsolatedContext())
        {
            try
            {
                action();
            }
            catch (ResultStateException e)
            {
                return e;
            }
        }

        throw new AssertionException("nothing was thrown");
    }
}
