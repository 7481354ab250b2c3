namespace GpuSeq.Models;

/// <summary>
/// t-distributed stochastic neighbour embedding (van der Maaten and Hinton, "Visualizing Data using t-SNE", 2008), computed
/// exactly: points of many dimensions are placed in the plane so that neighbours stay neighbours. Time and memory grow with N^2.
/// </summary>
public sealed record Tsne
{
    private const int ExaggeratedIterations = 100; // section 3.4
    private const double Exaggeration = 4;
    private const double FirstDeviation = 1e-4;
    private const double LeastGain = 0.01;
    private const double LeastProbability = 1e-12;

    /// <summary>About how many neighbours each point has.</summary>
    public double Perplexity { get; init; } = 30;

    /// <summary>Steps of the descent.</summary>
    public int Iterations { get; init; } = 500;

    /// <summary>The size of a step.</summary>
    public double LearningRate { get; init; } = 100;

    /// <summary>The same seed gives the same picture.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Places points in the plane.</summary>
    /// <param name="points">[N][C], as many numbers for each.</param>
    /// <returns>[N][2], around zero.</returns>
    public double[][] Project(IReadOnlyList<double[]> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var count = points.Count;
        var p = JointProbabilities(points);
        var random = new SplitMix64(Seed);
        var (y, velocity, gains) = (Vectors(count, 0), Vectors(count, 0), Vectors(count, 1));
        foreach (var point in y)
            (point[0], point[1]) = (FirstDeviation * Normal(ref random), FirstDeviation * Normal(ref random));
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var gradient = Gradient(p, y, iteration < ExaggeratedIterations ? Exaggeration : 1);
            var momentum = iteration < 250 ? 0.5 : 0.8; // section 3.4
            for (var i = 0; i < count; i++)
            {
                for (var axis = 0; axis < 2; axis++)
                    Move(ref y[i][axis], ref velocity[i][axis], ref gains[i][axis], gradient[i][axis], momentum);
            }
            Center(y);
        }
        return y;
    }

    // A gain for each coordinate, which grows where the descent keeps its direction (Jacobs 1988).
    private void Move(ref double y, ref double velocity, ref double gain, double gradient, double momentum)
    {
        gain = Math.Max(LeastGain, Math.Sign(gradient) == Math.Sign(velocity) ? gain * 0.8 : gain + 0.2);
        velocity = momentum * velocity - LearningRate * gain * gradient;
        y += velocity;
    }

    // p_ij = (p_j|i + p_i|j) / 2n: the mean of both directions (section 3.1).
    private double[,] JointProbabilities(IReadOnlyList<double[]> points)
    {
        var count = points.Count;
        var joint = new double[count, count];
        for (var i = 0; i < count; i++)
        {
            var row = Conditional([.. points.Select(point => SquaredDistance(points[i], point))], i);
            for (var j = 0; j < count; j++)
            {
                joint[i, j] += row[j] / (2 * count);
                joint[j, i] += row[j] / (2 * count);
            }
        }
        return joint;
    }

    // p_j|i, a normal distribution around point i whose width gives the perplexity: bisection (equation 1).
    private double[] Conditional(double[] distances, int i)
    {
        var wanted = Math.Log(Math.Min(Perplexity, Math.Max(1, (distances.Length - 1) / 3.0)));
        var nearest = distances.Where((_, j) => j != i).DefaultIfEmpty().Min();
        var (low, high, precision) = (0.0, double.PositiveInfinity, 1.0);
        var row = new double[distances.Length];
        for (var trial = 0; trial < 60; trial++)
        {
            for (var j = 0; j < row.Length; j++)
                row[j] = j == i ? 0 : Math.Exp(-(distances[j] - nearest) * precision);
            var sum = row.Sum();
            row = [.. row.Select(value => sum > 0 ? value / sum : 0)];
            var entropy = -row.Where(value => value > 0).Sum(value => value * Math.Log(value));
            if (Math.Abs(entropy - wanted) < 1e-6)
                break;
            (low, high) = entropy > wanted ? (precision, high) : (low, precision);
            precision = double.IsInfinity(high) ? precision * 2 : (low + high) / 2;
        }
        return row;
    }

    // 4 times the sum over j of (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2) (equation 5).
    private static double[][] Gradient(double[,] p, double[][] y, double exaggeration)
    {
        var count = y.Length;
        var weights = new double[count, count]; // of Student's distribution, equation 4
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                weights[i, j] = weights[j, i] = 1 / (1 + SquaredDistance(y[i], y[j]));
                sum += 2 * weights[i, j];
            }
        }
        var gradient = Vectors(count, 0);
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                var q = Math.Max(weights[i, j] / sum, LeastProbability);
                var factor = 4 * (exaggeration * p[i, j] - q) * weights[i, j];
                gradient[i][0] += factor * (y[i][0] - y[j][0]);
                gradient[i][1] += factor * (y[i][1] - y[j][1]);
            }
        }
        return gradient;
    }

    private static void Center(double[][] y)
    {
        for (var axis = 0; axis < 2; axis++)
        {
            var mean = y.Length == 0 ? 0 : y.Average(point => point[axis]);
            foreach (var point in y)
                point[axis] -= mean;
        }
    }

    private static double SquaredDistance(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }

    private static double[][] Vectors(int count, double value) => [.. Enumerable.Range(0, count).Select(_ => new[] { value, value })];

    // Box and Muller 1958.
    private static double Normal(ref SplitMix64 random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextUniform())) * Math.Cos(2 * Math.PI * random.NextUniform());
}
