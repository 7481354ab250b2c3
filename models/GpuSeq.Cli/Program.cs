using GpuSeq.Cli;

return GpuSeqCommand.Run(args, CommandOutput.ForProcess());
