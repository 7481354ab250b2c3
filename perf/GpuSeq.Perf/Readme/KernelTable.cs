using System.Text;
using GpuSeq.Kernels.Validation;

namespace GpuSeq.Perf.Readme;

/// <summary>The README's table of kernels: a row for each family, with links to its files.</summary>
internal static class KernelTable
{
    public const string Block = "kernels";

    private const string Folder = "kernels/GpuSeq.Kernels";

    // What does not follow the rule: rows in <Family>Rows.cs, groups in <Family>Groups.cs, and files named as the family.
    private static readonly Dictionary<string, Files> Exceptions = new()
    {
        ["Gemm"] = new("Gemm", ["GemmDirect", "GemmThin", "GemmPanels", "GemmSplit"], ["GemmTiled"]),
        ["Attention"] = new(
            "Attention", ["AttentionForward", "AttentionBackward", "AttentionQueries"], ["AttentionGroups", "AttentionBackwardGroups"]),
        ["Losses"] = Files.OfOne("Loss", "LossKernels"),
        ["Activations"] = Files.OfOne("Activation", "ActivationKernels"),
        ["Elementwise"] = Files.OfOne("Elementwise", "ElementwiseKernels"),
        ["Reduction"] = Files.OfOne("Reduction", "ReductionRows", "ReductionColumns", "ReductionArgMax", "ReductionGradients", "TopKRows", "TopKGroups"),
        ["RecurrentCells"] = Files.OfOne("Recurrent", "RnnCell", "LstmCell", "GruCell", "OriginalGruCell"),
        ["Random"] = new("Random", ["RandomKernels", "SamplingRows"], ["RandomKernels", "SamplingGroups"]),
        ["Dropout"] = Files.OfOne("Dropout", "Dropout") with { Reference = "Random" },
        ["Convolution"] = new("Convolution", ["ConvolutionRows", "ConvolutionInputRows", "ConvolutionWeightRows"], ["ConvolutionGroups"]),
        ["WordVectors"] = new("WordVector", ["WordVectorRows"], ["WordVectorGroups"]),
        ["Optimizers"] = Files.OfOne("Optimizer", "OptimizerKernels"),
    };

    /// <summary>The table.</summary>
    public static string Write()
    {
        var table = new StringBuilder();
        table.Append("| family | forward | backward | CPU | GPU-shaped | reference | test | bench |\n");
        table.Append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var family in KernelCases.Families)
            table.Append(Row(family)).Append('\n');
        return table.ToString();
    }

    private static string Row(KernelFamily family)
    {
        var files = Exceptions.GetValueOrDefault(family.Name)
            ?? new(family.Name, [$"{family.Name}Rows"], [$"{family.Name}Groups"]);
        var (backward, forward) = (family.Kernels.Where(IsBackward), family.Kernels.Where(kernel => !IsBackward(kernel)));
        return $"| [{family.Name}]({Folder}/{family.Name}) | {Names(forward)} | {Names(backward)} | {Links(family, files.Rows, "rows")} "
            + $"| {Links(family, files.Groups, "groups")} | [definition]({Folder}/Reference/{files.Reference}Reference.cs) "
            + $"| [cases]({Folder}/Validation/{files.Cases}Cases.cs) | {(family.Benchmarks.Any() ? "yes" : "")} |";
    }

    private static bool IsBackward(string kernel) => kernel.EndsWith("-backward", StringComparison.Ordinal);

    private static string Names(IEnumerable<string> kernels) => string.Join(", ", kernels.Select(kernel => $"`{kernel}`"));

    // Several files show their names.
    private static string Links(KernelFamily family, string[] files, string word) => string.Join(
        ", ",
        files.Select(file => $"[{(files.Length == 1 ? word : file)}]({Folder}/{family.Name}/{file}.cs)"));

    private sealed record Files(string Cases, string[] Rows, string[] Groups)
    {
        public string Reference { get; init; } = Cases;

        // Both forms stand in the same files.
        public static Files OfOne(string cases, params string[] kernels) => new(cases, kernels, kernels);
    }
}
