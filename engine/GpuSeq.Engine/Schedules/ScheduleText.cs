using System.Globalization;

namespace GpuSeq.Engine;

/// <summary>Reads the short form of schedules; see <see cref="Schedule.Parse"/>.</summary>
internal sealed class ScheduleText
{
    private readonly string _text;
    private readonly int _totalSteps;
    private readonly Dictionary<string, string> _options = [];
    private readonly string _name = ConstantSchedule.Name;

    private ScheduleText(string text, int totalSteps)
    {
        (_text, _totalSteps) = (text, totalSteps);
        foreach (var (i, word) in text.Split(',', StringSplitOptions.TrimEntries).Index())
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 && i == 0)
                _name = word;
            else if (equals < 0)
                throw Error($"'{word}' is no option, such as warmup=1000");
            else if (!_options.TryAdd(word[..equals], word[(equals + 1)..]))
                throw Error($"{word[..equals]} is given twice");
        }
    }

    public static Schedule Parse(string text, int totalSteps)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(totalSteps);
        var reader = new ScheduleText(text, totalSteps);
        var schedule = reader.Read();
        if (reader._options.Keys.FirstOrDefault() is { } unknown)
            throw reader.Error($"{reader._name} has no option {unknown}");
        return schedule;
    }

    private Schedule Read()
    {
        var warmup = Steps("warmup", 0);
        return _name switch
        {
            ConstantSchedule.Name => new ConstantSchedule { WarmupSteps = warmup },
            LinearSchedule.Name => new LinearSchedule { WarmupSteps = warmup, TotalSteps = _totalSteps, FinalShare = Final() },
            CosineSchedule.Name => new CosineSchedule
            {
                WarmupSteps = warmup,
                TotalSteps = _totalSteps,
                FinalShare = Final(),
                Cycles = (int)Number("cycles", 1, 1, int.MaxValue, isWhole: true),
                CycleFactor = Number("cycle-factor", 1, 1, 100),
            },
            PolynomialSchedule.Name => new PolynomialSchedule
            {
                WarmupSteps = warmup,
                TotalSteps = _totalSteps,
                FinalShare = Final(),
                Power = Number("power", 1, 0, double.MaxValue),
            },
            InverseSquareRootSchedule.Name => new InverseSquareRootSchedule
            {
                WarmupSteps = warmup,
                Timescale = _options.ContainsKey("timescale") ? (int)Number("timescale", 0, 1, int.MaxValue, isWhole: true) : null,
            },
            StepSchedule.Name => new StepSchedule
            {
                WarmupSteps = warmup,
                Every = _options.ContainsKey("every") ? Math.Max(1, Steps("every", 0)) : throw Error("step needs every=STEPS"),
                Factor = Number("factor", 0.1, 0, double.MaxValue),
            },
            _ => throw Error($"there is no schedule '{_name}'; there are {Names}"),
        };
    }

    private static string Names => string.Join(
        ", ", ConstantSchedule.Name, LinearSchedule.Name, CosineSchedule.Name, PolynomialSchedule.Name, InverseSquareRootSchedule.Name,
        StepSchedule.Name);

    private double Final() => Number("final", 0, 0, 1);

    // A number of steps or, below 1, a share of all.
    private int Steps(string name, int otherwise)
    {
        var number = Number(name, otherwise, 0, int.MaxValue);
        if (number < 1)
            return (int)Math.Round(number * _totalSteps);
        return double.IsInteger(number) ? (int)number : throw Error($"{name} is a whole number of steps, or a share below 1");
    }

    private double Number(string name, double otherwise, double least, double most, bool isWhole = false)
    {
        if (!_options.Remove(name, out var value))
            return otherwise;
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || (isWhole && !double.IsInteger(number)))
        {
            throw Error($"{name} is {(isWhole ? "a whole number" : "a number")}, not '{value}'");
        }
        if (!(number >= least && number <= most))
            throw Error($"{name} is at least {least.ToString(CultureInfo.InvariantCulture)}{Most(most)}, not {value}");
        return number;
    }

    private static string Most(double most) => most is int.MaxValue or double.MaxValue
        ? "" : $" and at most {most.ToString(CultureInfo.InvariantCulture)}";

    private FormatException Error(string reason) => new($"Schedule '{_text}': {reason}.");
}
