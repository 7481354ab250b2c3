using System.Text.Json;

namespace GpuSeq.Engine.Tests;

/// <summary>Learning-rate schedules by their formulas, at their edges, as text and as JSON.</summary>
public sealed class OptimizerScheduleTests
{
    private const int Total = 100;

    private static IEnumerable<TestCaseData> Shares =>
    [
        Case("constant", 0, 1), Case("constant", 1_000_000, 1),
        Case("warmup=10", 0, 0), Case("warmup=10", 5, 0.5), Case("warmup=10", 10, 1), Case("warmup=0.2", 5, 0.25),
        Case("linear", 0, 1), Case("linear", 25, 0.75), Case("linear", 99, 0.01), Case("linear", 100, 0), Case("linear", 500, 0),
        Case("linear,warmup=20,final=0.1", 20, 1), Case("linear,warmup=20,final=0.1", 60, 0.55),
        Case("linear,warmup=20,final=0.1", 100, 0.1), Case("linear,warmup=150", 120, 0.8), Case("linear,warmup=150", 150, 0),
        Case("cosine", 0, 1), Case("cosine", 50, 0.5), Case("cosine", 25, (1 + Math.Cos(Math.PI / 4)) / 2), Case("cosine", 100, 0),
        Case("cosine,warmup=20,final=0.2", 60, 0.6), Case("cosine,final=0.2", 101, 0.2),
        Case("cosine,cycles=3", 33, 1), Case("cosine,cycles=3", 67, 1), Case("cosine,cycles=3", 50, 0.5),
        Case("cosine,cycles=2,cycle-factor=3", 25, 1), Case("cosine,cycles=2,cycle-factor=3", 10, (1 + Math.Cos(0.4 * Math.PI)) / 2),
        Case("polynomial", 40, 0.6), Case("polynomial,power=2", 40, 0.36), Case("polynomial,power=2,final=0.5", 40, 0.68),
        Case("inverse-sqrt,warmup=25", 24, 0.96), Case("inverse-sqrt,warmup=25", 25, 1), Case("inverse-sqrt,warmup=25", 100, 0.5),
        Case("inverse-sqrt", 0, 1), Case("inverse-sqrt", 30_000, 0.5), Case("inverse-sqrt,timescale=1", 99, 0.1),
        Case("step,every=30", 29, 1), Case("step,every=30", 30, 0.1),
        Case("step,every=0.3,factor=0.5,warmup=10", 69, 0.5), Case("step,every=0.3,factor=0.5,warmup=10", 70, 0.25),
    ];

    [TestCaseSource(nameof(Shares))]
    public void AShare_IsThatOfTheFormula(string text, int step, double share)
    {
        var schedule = Schedule.Parse(text, Total);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(schedule.ShareAt(step), Is.EqualTo(share).Within(1e-12));
            Assert.That(schedule.RateAt(step, 3e-4), Is.EqualTo((float)(3e-4 * share)).Within(1e-10));
        }
    }

    [Test]
    public void TheTransformersRate_IsThatOfItsPaper()
    {
        var schedule = Schedule.Parse("inverse-sqrt,warmup=4000", 100_000);
        foreach (var step in new[] { 1, 100, 4000, 50_000 })
        {
            var rate = Math.Pow(512, -0.5) * Math.Min(Math.Pow(step, -0.5), step * Math.Pow(4000, -1.5));
            Assert.That(schedule.RateAt(step, InverseSquareRootSchedule.BaseRate(512, 4000)), Is.EqualTo((float)rate).Within(1e-9));
        }
    }

    [TestCase("cosin", "there is no schedule 'cosin'; there are constant, linear, cosine, polynomial, inverse-sqrt, step")]
    [TestCase("constant,final=0.1", "constant has no option final")]
    [TestCase("linear,warmup", "'warmup' is no option, such as warmup=1000")]
    [TestCase("linear,warmup=1,warmup=2", "warmup is given twice")]
    [TestCase("linear,warmup=ten", "warmup is a number, not 'ten'")]
    [TestCase("linear,warmup=1.5", "warmup is a whole number of steps, or a share below 1")]
    [TestCase("linear,warmup=-1", "warmup is at least 0, not -1")]
    [TestCase("linear,final=2", "final is at least 0 and at most 1, not 2")]
    [TestCase("cosine,cycles=1.5", "cycles is a whole number, not '1.5'")]
    [TestCase("step", "step needs every=STEPS")]
    public void WhatIsWrong_IsNamed(string text, string reason) =>
        Assert.That(() => Schedule.Parse(text, Total), Throws.TypeOf<FormatException>().With.Message.EqualTo($"Schedule '{text}': {reason}."));

    [Test]
    public void Json_HasTheNameAndTheOptions()
    {
        string[] texts = ["constant", "linear,final=0.1", "cosine,cycles=2", "polynomial,power=3", "inverse-sqrt,timescale=9", "step,every=5"];
        foreach (var schedule in texts.Select(text => Schedule.Parse($"{text},warmup=7", Total)))
        {
            var json = JsonSerializer.Serialize(schedule);
            Assert.That(JsonSerializer.Deserialize<Schedule>(json), Is.EqualTo(schedule), json);
        }
        Assert.That(JsonSerializer.Serialize(Schedule.Parse("linear", Total)), Does.Contain("\"name\":\"linear\"").And.Contain("100"));
    }

    [Category(Fixtures.Category)]
    [Test]
    public void Rates_AreThoseOfTransformers()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Fixtures.Require("torch/optim/schedules.json")));
        foreach (var fixture in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var (total, rate) = (fixture.GetProperty("total_steps").GetInt32(), fixture.GetProperty("lr").GetDouble());
            var schedule = Read(fixture, total, rate);
            foreach (var (step, expected) in fixture.GetProperty("lr_of_step").EnumerateArray().Index())
            {
                // There, a cosine rises again after the last step; here it stays at its end.
                var wanted = schedule is CosineSchedule && step >= total ? 0 : expected.GetDouble();
                Assert.That(schedule.RateAt(step, rate), Is.EqualTo(wanted).Within(1e-7 * rate), $"{schedule} at step {step}");
            }
        }
    }

    private static Schedule Read(JsonElement fixture, int total, double rate)
    {
        var warmup = fixture.GetProperty("warmup_steps").GetInt32();
        return fixture.GetProperty("schedule").GetString() switch
        {
            "constant_with_warmup" => new ConstantSchedule { WarmupSteps = warmup },
            "linear_with_warmup" => new LinearSchedule { WarmupSteps = warmup, TotalSteps = total },
            "cosine_with_warmup" => new CosineSchedule { WarmupSteps = warmup, TotalSteps = total },
            "polynomial_with_warmup" => new PolynomialSchedule
            {
                WarmupSteps = warmup,
                TotalSteps = total,
                Power = fixture.GetProperty("power").GetDouble(),
                FinalShare = fixture.GetProperty("lr_end").GetDouble() / rate,
            },
            var other => throw new NotSupportedException($"There is no schedule {other}."),
        };
    }

    private static TestCaseData Case(string text, int step, double share) => new(text, step, share);
}
