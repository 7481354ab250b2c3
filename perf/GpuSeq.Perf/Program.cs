using BenchmarkDotNet.Running;
using GpuSeq.Engine;
using GpuSeq.Perf.Readme;

if (args is not ["readme", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

// Writes the README's table of kernels and, unless only that is asked for, its benchmarks.
const string File = "README.md";
var text = ReadmeBlock.Replace(System.IO.File.ReadAllText(File), KernelTable.Block, KernelTable.Write());
if (args is not [_, "kernels"])
{
    using var device = Device.Open(Environment.GetEnvironmentVariable("GPUSEQ_DEVICE") ?? "cpu");
    var report = device.Benchmark(progress: done => Console.Error.WriteLine($"{done.Done + 1}/{done.Total} {done.Kernel} {done.Case}"));
    if (report.Failures.Count > 0)
    {
        Console.Error.WriteLine(string.Join(Environment.NewLine, report.Failures));
        return 1;
    }
    const string Command = "dotnet run -c Release --project perf/GpuSeq.Perf -- readme";
    text = ReadmeBlock.Replace(text, BenchmarkTable.Block, BenchmarkTable.Write(report, Command, DateTime.UtcNow));
}
System.IO.File.WriteAllText(File, text);
return 0;
