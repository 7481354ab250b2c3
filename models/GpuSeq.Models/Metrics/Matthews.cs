namespace GpuSeq.Models;

/// <summary>
/// Matthews' correlation of what is right and what is said (Matthews 1975; for more than two classes Gorodkin 2004, section 2): other
/// than accuracy, it gains nothing where one class is common and always said.
/// </summary>
public static class Matthews
{
    /// <summary>The correlation, from -1 to 1; 0 where one class alone is right, or is said.</summary>
    public static double Correlation(ClassificationScores scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var (right, bothExpected, bothSaid, expectedAndSaid) = (0.0, 0.0, 0.0, 0.0);
        for (var of = 0; of < scores.Classes.Count; of++)
        {
            double expected = scores.Support(of), said = scores.Said(of);
            right += scores[of, of];
            bothExpected += expected * expected;
            bothSaid += said * said;
            expectedAndSaid += expected * said;
        }
        double all = scores.Examples;
        var spread = Math.Sqrt((all * all - bothExpected) * (all * all - bothSaid));
        return spread == 0 ? 0 : (right * all - expectedAndSaid) / spread;
    }
}
